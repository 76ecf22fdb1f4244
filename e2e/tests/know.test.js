// What the desk knows: an article is written, previewed, published, found and cited.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, agent, faults, openBrowser, newContext } from "./desk.js";

let browser;
let desk;
before(async () => {
  desk = await Desk.open();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

const BODY = `? how do i clean a paper lantern

Dust a paper lantern with a soft brush.

## Outdoors
? may my lantern hang in the rain

Bring a paper lantern inside when it rains.
`;

test("an article is written, published, cited and taken back", async () => {
  const page = await agent(browser, desk, "ingrid@fjordhus.example");
  await page.goto(`${desk.url}/articles/new`);
  await page.getByLabel("Title").fill("Paper lanterns");
  await page.getByLabel("Text").fill(BODY);
  const preview = page.getByRole("region", { name: /preview/i });
  await preview.getByText("Dust a paper lantern").waitFor();
  assert.equal(await preview.getByText("how do i clean").count(), 0, "ways of asking are not shown");
  await page.getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/articles\/(?!new)/);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("button", { name: "Unpublish" }).waitFor();
  assert.deepEqual(await faults(page), []);

  await page.goto(`${desk.url}/topics`);
  await page.getByLabel("What a customer might write").fill("can my lantern hang in the rain?");
  await page.getByRole("button", { name: "Test" }).click();
  await page.getByText("Bring a paper lantern inside when it rains.").first().waitFor();

  const help = await (await newContext(browser)).newPage();
  await help.goto(`${desk.url}/help`);
  await help.getByRole("link", { name: "Paper lanterns" }).click();
  await help.getByRole("heading", { name: "Outdoors" }).waitFor();
  assert.equal(await help.getByText("may my lantern").count(), 0);
  assert.deepEqual(await faults(help), []);

  await page.goBack();
  await page.getByRole("button", { name: "Unpublish" }).click();
  await page.getByRole("button", { name: "Publish", exact: true }).waitFor();
  const gone = await help.reload();
  assert.equal(gone.status(), 404);
});
