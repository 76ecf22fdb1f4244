// Everything by key: no pointer is used in this file.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Desk, PASSWORD, openBrowser, newContext } from "./desk.js";

let browser;
let desk;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(() => desk?.close());

/** What has the focus, also inside a shadow root. */
const focus = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const words = at?.getAttribute("aria-label") || at?.textContent?.trim() || "";
    return { tag: at?.tagName.toLowerCase() ?? "", type: at?.getAttribute("type") ?? "", words };
  });

/** Presses Tab until something has the focus that is wanted. */
async function tabTo(page, isWanted, what) {
  for (let i = 0; i < 80; i += 1) {
    const at = await focus(page);
    if (isWanted(at)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way by Tab to ${what}`);
}

async function holdsFocus(page, when) {
  await page.waitForFunction(() => document.activeElement !== document.body, null, {
    timeout: 60_000,
  }).catch(() => assert.fail(`the focus is lost ${when}`));
}

const named = (words) => (at) => words.test(at.words) && (at.tag === "a" || at.tag === "button");

test("a customer asks, gets a person, closes and judges", async () => {
  const page = await (await newContext(browser)).newPage();
  await page.goto(`${desk.url}/shop?signed_in=no`);
  await page.waitForFunction(() => Boolean(window.evenkeel));
  await tabTo(page, (at) => at.tag === "button" && /chat|help|open|message/i.test(at.words), "the bubble");
  await page.keyboard.press("Enter");
  await page.locator("textarea").waitFor();
  await tabTo(page, (at) => at.tag === "textarea", "the composer");
  await page.keyboard.type("hello");
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText("hello").first().waitFor();
  await tabTo(page, named(/person/i), "the person button");
  await page.keyboard.press("Enter");
  await page.getByText("You are in the queue").waitFor();
  await holdsFocus(page, "after asking for a person");
});

test("an agent signs in, answers, notes, closes, looks around and leaves", async () => {
  const asking = await (await newContext(browser)).newPage();
  await asking.goto(`${desk.url}/shop?signed_in=no`);
  await asking.waitForFunction(() => Boolean(window.evenkeel));
  await asking.evaluate(() => window.evenkeel.open());
  await asking.locator("textarea").fill("a person, please");
  await asking.locator("textarea").press("Enter");
  await asking.getByText("You are in the queue").waitFor();

  const page = await (await newContext(browser, { viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${desk.url}/sign-in`);
  await page.locator("input[type=email]").waitFor();
  await tabTo(page, (at) => at.type === "email", "the address");
  await page.keyboard.type("leyla@fjordhus.example");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/inbox/);
  await page.getByText("a person, please").first().waitFor();

  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: /reply|write/i }).first().waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("Hello, I am Leyla.");
  await page.keyboard.press("Control+Enter");
  await asking.getByRole("log").getByText("Hello, I am Leyla.").first().waitFor();
  await holdsFocus(page, "after a reply");

  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await holdsFocus(page, "in the help");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await holdsFocus(page, "after the help");

  await page.keyboard.press("/");
  assert.equal((await focus(page)).tag, "input", "/ leads to the search");
  await page.keyboard.press("Escape");

  await page.keyboard.press("e");
  await asking.getByText(/closed/i).first().waitFor();
  await holdsFocus(page, "after closing");

  for (const [words, path] of [
    [/^articles/i, /articles/],
    [/^topics/i, /topics/],
    [/^overview/i, /overview/],
    [/^settings/i, /settings/],
  ]) {
    await tabTo(page, named(words), String(words));
    await page.keyboard.press("Enter");
    await page.waitForURL(path);
    // The new page has the focus, before anything else is done with a key.
    await page.waitForFunction(() => document.activeElement?.id === "main");
  }
  await tabTo(page, named(/sign out/i), "signing out");
  await page.keyboard.press("Enter");
  await page.waitForURL(/sign-in/);
});
