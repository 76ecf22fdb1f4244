// A customer cancels an order by what they press, a lead approves the large one, and all of it shows.
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

/** One case in twenty is drawn for people, and is theirs for a week: then another desk is opened. */
async function drawnForTheAssistant() {
  for (let i = 0; i < 5; i += 1) {
    const asking = await customer(browser, desk, { isSignedIn: true });
    await say(asking, "I want to cancel my order");
    const question = asking.getByRole("log").getByText("Which order shall I cancel?");
    const receipt = asking.getByRole("region", { name: "You are in the queue" });
    await question.or(receipt).first().waitFor();
    if (!(await receipt.isVisible())) return asking;
    await asking.context().close();
    await desk.close();
    desk = await Desk.open();
  }
  throw new Error("five desks drew a person");
}

test("a customer cancels by buttons, a lead approves, and the desk says so once", async () => {
  const asking = await drawnForTheAssistant();
  const log = asking.getByRole("log");
  assert.deepEqual(await faults(asking), []);
  await log.getByRole("button", { name: /Sofa \(pending\)/ }).click();
  await log.getByRole("button", { name: "ordered by mistake" }).click();
  await log.getByText(/This cannot be undone/).waitFor();
  await log.getByRole("button", { name: "Yes" }).click();
  await log.getByText(/A colleague has to approve this first/).waitFor();
  assert.equal(await log.getByRole("button", { name: "Yes" }).count(), 0, "no button is left");

  const page = await agent(browser, desk, "kwame@fjordhus.example");
  await page.getByRole("link", { name: /Approve.*1 waiting/ }).click();
  await page.getByText("€2,499.00").waitFor();
  await page.getByText(/This cannot be undone/).waitFor();
  assert.deepEqual(await faults(page), []);
  const conversation = page.getByRole("link", { name: "Open the conversation" });
  const path = await conversation.getAttribute("href");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Nothing waits for approval").waitFor();
  assert.deepEqual(await faults(page), []);

  await log.getByText(/is cancelled/).first().waitFor();
  await page.goto(`${desk.url}${path}`);
  await page.getByRole("heading", { name: "What the assistant did" }).waitFor();
  await page.getByText("Kwame Mensah").first().waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
  assert.deepEqual(await faults(page), []);
  await page.context().close();
  await asking.context().close();
});

test("who has not signed in is told so by a person's arrival, not by somebody's data", async () => {
  const asking = await customer(browser, desk);
  await say(asking, "Please cancel order #W3257741");
  await asking.getByRole("region", { name: "You are in the queue" }).waitFor();
  assert.equal(await asking.getByText("Sofa").count(), 0);
  await asking.context().close();
});
