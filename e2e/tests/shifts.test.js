// AI falls, shifts open with their reason, a worker takes one on a phone, and is paid for what she worked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, PASSWORD, agent, faults, newContext, openBrowser } from "./desk.js";

let browser;
let desk;
before(async () => {
  desk = await Desk.open({ days: 60 });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

/** A worker on a phone, at her shifts. */
async function worker(email) {
  const page = await (await newContext(browser, { viewport: { width: 390, height: 844 } })).newPage();
  await page.goto(`${desk.url}/sign-in`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/inbox/);
  await page.getByRole("link", { name: "Shifts" }).click();
  await page.getByRole("heading", { name: "Open shifts" }).waitFor();
  return page;
}

const isWithin = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

test("AI falls, shifts open with a reason, and one is taken on a phone", async () => {
  const lead = await agent(browser, desk, "kwame@fjordhus.example");
  const ana = await worker("ana@fjordhus.example");
  assert.deepEqual(await faults(ana), []);
  assert.ok(await isWithin(ana));
  assert.equal(await ana.getByText(/The brake is on/).count(), 0);

  await lead.goto(`${desk.url}/balance`);
  await lead.getByRole("button", { name: "Brake" }).waitFor();
  await lead.keyboard.press("b");
  await lead.getByLabel("Reason").fill("Refunds are promised that nobody gives.");
  await lead.getByRole("button", { name: "Pull the brake" }).click();

  // Her page hears of it by itself.
  await ana.getByText(/The brake is on, and AI answers nothing: about \d+ more cases a week come to people\./).first().waitFor();
  const offer = ana.getByRole("listitem").filter({ hasText: "The brake is on" });
  const take = offer.getByRole("button", { name: /^Take/ }).first();
  const name = await take.getAttribute("aria-label");
  await take.click();
  await ana.getByRole("button", { name: name.replace("Take it", "Give it back") }).waitFor();
  assert.deepEqual(await faults(ana), []);

  await lead.goto(`${desk.url}/planner`);
  const row = lead.getByRole("row").filter({ hasText: "The brake is on" });
  await row.filter({ hasText: "Ana Ruiz" }).first().waitFor();
  assert.deepEqual(await faults(lead), []);
  await lead.context().close();
  await ana.context().close();
});

test("a planner offers a shift, somebody takes it, and it is taken back", async () => {
  const lead = await agent(browser, desk, "kwame@fjordhus.example");
  await lead.goto(`${desk.url}/planner`);
  await lead.getByRole("button", { name: "Plan shifts" }).click();
  const form = lead.getByRole("dialog");
  assert.deepEqual(await faults(lead), []);
  const day = new Date(Date.now() + 12 * 24 * 3_600_000).toISOString().slice(0, 10);
  await form.getByLabel("Day").fill(day);
  await form.getByLabel("From").fill("05:00");
  await form.getByLabel("Until").fill("14:30");
  await form.getByLabel("Why").fill("The sale begins");
  await form.getByRole("button", { name: "Offer" }).click();
  await form.getByText("A shift is 2 to 8 hours long.").first().waitFor();
  await form.getByLabel("Until").fill("09:00");
  await form.getByRole("button", { name: "Offer" }).click();
  const row = lead.getByRole("row").filter({ hasText: "The sale begins" });
  await row.getByText("Open", { exact: true }).waitFor();

  const ngozi = await worker("ngozi@fjordhus.example");
  const offer = ngozi.getByRole("listitem").filter({ hasText: "The sale begins" });
  await offer.getByRole("button", { name: /^Take/ }).click();
  await row.getByText("Ngozi Eze").waitFor();
  await row.getByRole("button", { name: /^Take back/ }).click();
  await lead.getByRole("dialog").getByLabel("Why").fill("The sale is off");
  await lead.getByRole("button", { name: "Take it back" }).click();
  await row.waitFor({ state: "detached" });
  await ngozi.getByText("was taken back: The sale is off").waitFor();
  await ngozi.context().close();
  await lead.context().close();
});

test("terms are set with their rules, and pay is the sum of its shifts, corrected by a person", async () => {
  const lead = await agent(browser, desk, "kwame@fjordhus.example");
  await lead.goto(`${desk.url}/planner/people`);
  await lead.getByRole("button", { name: "Somebody takes shifts" }).click();
  const form = lead.getByRole("dialog");
  await form.getByLabel("Who").selectOption({ label: "Leyla Aydın" });
  await form.getByLabel("Time zone").fill("Mars/Base");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("There is no time zone Mars/Base.").first().waitFor();
  await form.getByLabel("Time zone").fill("Europe/Istanbul");
  assert.deepEqual(await faults(lead), []);
  await form.getByRole("button", { name: "Save" }).click();
  await lead.getByRole("cell", { name: "Leyla Aydın", exact: true }).waitFor();
  assert.deepEqual(await faults(lead), []);

  await lead.getByRole("link", { name: "Pay" }).click();
  // The month that holds worked shifts, whatever the day is.
  const correct = lead.getByRole("button", { name: /^Correct/ });
  const earlier = lead.getByRole("group", { name: "Month" }).getByRole("button").nth(1);
  await lead.getByRole("link", { name: "CSV for the payroll" }).waitFor();
  await lead.getByText("Each shift").or(lead.getByText(/^No shift of/)).first().waitFor();
  if ((await correct.count()) === 0) await earlier.click();
  await correct.first().waitFor();
  assert.deepEqual(await faults(lead), []);
  const href = await lead.getByRole("link", { name: "CSV for the payroll" }).getAttribute("href");
  const amounts = async () => {
    const table = await lead.evaluate((path) => fetch(path).then((answer) => answer.text()), href);
    const lines = table.trim().split("\r\n").slice(1);
    return lines.map((line) => Number(line.split(",")[10]));
  };
  const before = await amounts();
  await correct.first().click();
  await lead.getByLabel("Minutes that are paid").fill("60");
  await lead.getByLabel("Why").fill("Agreed with her");
  await lead.getByRole("dialog").getByRole("button", { name: "Correct" }).click();
  await lead.getByText("Set by a person: Agreed with her").waitFor();
  const after = await amounts();
  assert.equal(after.length, before.length);
  const sum = (all) => all.reduce((total, one) => total + Math.round(one * 100), 0);
  const heading = await lead.getByRole("heading", { name: / in / }).textContent();
  assert.equal(Number(heading.split(" in ")[0].replace(/[^\d]/g, "")), sum(after));
  assert.notEqual(sum(after), sum(before));
  await lead.context().close();
});

test("somebody applies on the public page, is taken by an owner, and sees what they may take", async () => {
  const visitor = await (await newContext(browser, { viewport: { width: 390, height: 844 } })).newPage();
  await visitor.goto(`${desk.url}/join`);
  await visitor.getByRole("heading", { name: /takes no applications now/ }).waitFor();
  assert.deepEqual(await faults(visitor), []);

  const owner = await agent(browser, desk, "ingrid@fjordhus.example");
  await owner.goto(`${desk.url}/planner/people`);
  await owner.getByRole("button", { name: "Let people apply" }).click();
  await owner.getByText("Nobody waits for an answer.").waitFor();

  await visitor.reload();
  await visitor.getByLabel("Your name").fill("Noor Haddad");
  await visitor.getByLabel("E-mail").fill("noor@mail.example");
  await visitor.getByLabel("Languages").fill("ar, en");
  await visitor.getByLabel("Time zone").fill("Asia/Nowhere");
  await visitor.getByLabel("About you").fill("I bought the Lofoten sofa, and I like to explain.");
  await visitor.getByLabel(/You may keep this/).check();
  await visitor.getByRole("button", { name: "Apply" }).click();
  await visitor.getByText("There is no time zone Asia/Nowhere.").first().waitFor();
  await visitor.getByLabel("Time zone").fill("Asia/Amman");
  assert.deepEqual(await faults(visitor), []);
  assert.ok(await isWithin(visitor));
  await visitor.getByRole("button", { name: "Apply" }).click();
  await visitor.getByRole("heading", { name: "Thank you, Noor Haddad" }).waitFor();

  await owner.getByText("I bought the Lofoten sofa").waitFor();
  assert.deepEqual(await faults(owner), []);
  await owner.getByRole("button", { name: "Take: Noor Haddad" }).click();
  await owner.getByLabel("Their first password").fill(PASSWORD);
  assert.deepEqual(await faults(owner), []);
  await owner.getByRole("button", { name: "Take them" }).click();
  await owner.getByRole("row").filter({ hasText: "Noor Haddad" }).first().waitFor();

  const noor = await worker("noor@mail.example");
  await noor.getByText("You have no shift to come.").waitFor();
  await noor.getByRole("button", { name: /^Take it/ }).first().waitFor();
  for (const page of [visitor, owner, noor]) await page.context().close();
});
