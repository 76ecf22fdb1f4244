// A topic is left to evidence, its answers are marked, the ledger is replayed, the brake is pulled.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, agent, customer, faults, openBrowser, say } from "./desk.js";

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

const lead = () => agent(browser, desk, "ingrid@fjordhus.example");

test("a lead lets evidence decide, and the balance tells how it stands", async () => {
  const page = await lead();
  await page.goto(`${desk.url}/topics`);
  await page.getByRole("link", { name: "Refunds" }).first().click();
  await page.getByRole("button", { name: "Set the level" }).click();
  await page.getByRole("radio", { name: /Evidence decides/ }).check();
  await page.getByRole("radio", { name: /^shadow/ }).check();
  await page.getByLabel("Reason").fill("Let it show what it can.");
  assert.deepEqual(await faults(page), []);
  await page.getByRole("button", { name: "Begin at shadow" }).click();
  await page.getByText("Evidence decides.").waitFor();
  await page.goto(`${desk.url}/balance`);
  await page.getByRole("button", { name: "Refunds" }).first().click();
  await page.getByText("Let it show what it can.").waitFor();
  await page.getByText(/Reviews of unseen answers: 0 so far/).first().waitFor();
  assert.deepEqual(await faults(page), []);
  await page.getByRole("button", { name: "Replay the ledger" }).click();
  await page.getByText(/give the same \d+ decisions? by\s+evidence/).waitFor();
  await page.context().close();
});

test("an unseen answer is marked by keys, and the next one comes", async () => {
  const page = await lead();
  // Half of a small topic's unseen answers are drawn; of eight customers, one is nearly sure.
  for (let i = 0; i < 8; i += 1) {
    const asking = await customer(browser, desk);
    await say(asking, "How long does a refund take?");
    await asking.getByRole("region", { name: "You are in the queue" }).waitFor();
    await asking.context().close();
  }
  await page.goto(`${desk.url}/reviews`);
  await page.getByText("nobody was sent this answer").waitFor();
  assert.deepEqual(await faults(page), []);
  await page.keyboard.press("1");
  await page.getByRole("button", { name: "Save and next" }).click();
  await page.getByText("you have marked 1").waitFor();
  await page.context().close();
});

test("the brake takes one key and one confirmation, and the next message goes to a person", async () => {
  const page = await lead();
  await page.goto(`${desk.url}/balance`);
  await page.getByRole("button", { name: "Brake" }).waitFor();
  await page.keyboard.press("b");
  await page.getByLabel("Reason").fill("A drill.");
  assert.deepEqual(await faults(page), []);
  await page.getByRole("button", { name: "Pull the brake" }).click();
  await page.getByText("A drill.").waitFor();
  await page.getByRole("link", { name: "Why" }).waitFor();
  const asking = await customer(browser, desk);
  await say(asking, "Where is my order?");
  await asking.getByRole("region", { name: "You are in the queue" }).waitFor();
  await page.getByRole("button", { name: "Take the brake off" }).click();
  await page.getByLabel("Reason").fill("The drill is over.");
  await page.getByRole("button", { name: "Take it off" }).click();
  await page.getByText("The brake is on").first().waitFor({ state: "detached" });
});
