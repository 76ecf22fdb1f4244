// A customer asks and the desk answers, in a browser, on a real desk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, agent, customer, faults, openBrowser, openPanel, say } from "./desk.js";

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

const PAGES = [
  "inbox",
  "articles",
  "topics",
  "balance",
  "reviews",
  "approvals",
  "impact",
  "what-if",
  "overview",
  "settings",
];

/** The log of the panel once it holds the words. */
const log = (page, words) => page.getByRole("log").getByText(words).first().waitFor();

/** The card of a customer who waits; the message beside it is hidden once the card says it. */
const receipt = (page) => page.getByRole("region", { name: "You are in the queue" });

test("a question gets an answer with its source, or a person with a receipt", async () => {
  // One case in twenty is drawn for people; three customers suffice for an answer.
  let isAnswered = false;
  for (let i = 0; i < 3 && !isAnswered; i += 1) {
    const page = await customer(browser, desk);
    await say(page, "How long does a refund take?");
    const source = page.getByRole("link", { name: /refund/i }).first();
    await source.or(receipt(page)).first().waitFor();
    isAnswered = await source.isVisible();
    assert.deepEqual(await faults(page), []);
    await page.context().close();
  }
  assert.ok(isAnswered);
});

test("a person is asked for, answers live, and stays there after a reload and a kill", async () => {
  const [page, inbox] = [await customer(browser, desk), await agent(browser, desk)];
  await say(page, "a person, please");
  await receipt(page).waitFor();
  const row = inbox.getByText("a person, please").first();
  await row.waitFor();
  await row.click();
  await inbox.getByRole("textbox", { name: /reply|write/i }).first().waitFor();
  await inbox.keyboard.press("r");
  await inbox.keyboard.type("Hello, I am Leyla.");
  await inbox.keyboard.press("Control+Enter");
  await log(page, "Hello, I am Leyla.");

  await page.reload();
  await openPanel(page);
  await log(page, "Hello, I am Leyla.");

  await desk.kill();
  await say(page, "Are you still there?");
  await desk.start();
  await log(page, "Are you still there?");
  await inbox.getByText("Are you still there?").first().waitFor({ timeout: 120_000 });
});

test("axe finds nothing on any page of the agents", async () => {
  const page = await agent(browser, desk, "ingrid@fjordhus.example");
  for (const path of PAGES) {
    await page.goto(`${desk.url}/${path}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
    assert.deepEqual(await faults(page), [], path);
  }
  for (const path of ["help", "help/refund-times", "shop"]) {
    await page.goto(`${desk.url}/${path}`);
    assert.deepEqual(await faults(page), [], path);
  }
});
