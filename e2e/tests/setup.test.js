// A new desk: set up, looked at while it is empty, filled with the sample and emptied again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, faults, openBrowser, newContext } from "./desk.js";

const SCREENS = ["inbox", "articles", "topics", "overview", "settings"];
let browser;
let desk;
before(async () => {
  desk = await Desk.fresh();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

for (const [scheme, width] of [
  ["light", 1440],
  ["dark", 390],
]) {
  test(`a new desk, ${scheme} at ${width}`, async () => {
    const context = await newContext(browser, {
      colorScheme: scheme,
      viewport: { width, height: 900 },
    });
    const page = await context.newPage();
    if (scheme === "light") {
      await page.goto(desk.link);
      await page.getByLabel("Name of the desk").waitFor();
      assert.deepEqual(await faults(page), [], "set-up");
      await page.getByLabel("Name of the desk").fill("Harbour");
      await page.getByLabel("Your name").fill("Ada");
      await page.getByLabel("E-mail").fill("ada@harbour.example");
      await page.getByLabel("Password").fill("three or four words");
      await page.getByRole("checkbox", { name: /sample shop/i }).check();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Harbour is ready" }).waitFor();
      assert.deepEqual(await faults(page), [], "the desk is ready");
      await page.goto(`${desk.url}/settings`);
      await page.getByText(/12 topics and \d+ articles/).waitFor();
      await page.getByRole("button", { name: "Remove the sample shop" }).click();
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await page.getByRole("button", { name: "Add the sample shop" }).waitFor();
    } else {
      await page.goto(`${desk.url}/sign-in`);
      await page.locator("input[type=email]").fill("ada@harbour.example");
      await page.locator("input[type=password]").fill("not the password");
      await page.keyboard.press("Enter");
      await page.getByText(/check the address/i).waitFor();
      assert.deepEqual(await faults(page), [], "a refused sign-in");
      await page.locator("input[type=password]").fill("three or four words");
      await page.keyboard.press("Enter");
      await page.waitForURL(/inbox/);
    }
    for (const path of SCREENS) {
      await page.goto(`${desk.url}/${path}`);
      await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      await page.getByRole("status", { name: "Loading" }).waitFor({ state: "detached" });
      assert.deepEqual(await faults(page), [], `${path}, empty, ${scheme}`);
    }
    await context.close();
  });
}
