// A language model reads what customers write: a server of models is played by aimock.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LLMock } from "@copilotkit/aimock";
import { Desk, agent, customer, faults, openBrowser, say } from "./desk.js";

const WORDS = "Please cancel the sofa that I ordered, my thumb slipped";

let browser;
let desk;
let models;
before(async () => {
  models = new LLMock({ port: 0 });
  models.onMessage(/<customer>\n[^<]*thumb slipped/, {
    toolCalls: [
      { name: "start_procedure", arguments: { procedure: "cancel_order" } },
      { name: "set_slot", arguments: { slot: "order", value: "Sofa" } },
      { name: "set_slot", arguments: { slot: "reason", value: "ordered by mistake" } },
    ],
  });
  await models.start();
  desk = await open();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.close();
  await models?.stop();
});

const open = () => Desk.open({ options: ["--model-url", models.url, "--model", "small-1"] });

/** One case in twenty is drawn for people, and is theirs for a week: then another desk is opened. */
async function drawnForTheAssistant() {
  for (let i = 0; i < 5; i += 1) {
    const asking = await customer(browser, desk, { isSignedIn: true });
    await say(asking, WORDS);
    const question = asking.getByRole("log").getByText("Which order shall I cancel?");
    const receipt = asking.getByRole("region", { name: "You are in the queue" });
    await question.or(receipt).first().waitFor();
    if (!(await receipt.isVisible())) return asking;
    await asking.context().close();
    await desk.close();
    desk = await open();
  }
  throw new Error("five desks drew a person");
}

test("one sentence is enough, its steps show the model, and without it the rules go on", async () => {
  const asking = await drawnForTheAssistant();
  const log = asking.getByRole("log");
  // Two orders hold a sofa; the reason was understood, and is not asked for.
  await log.getByRole("button", { name: /Sofa \(pending\)/ }).click();
  await log.getByText(/ordered by mistake[^]*This cannot be undone/).waitFor();

  const page = await agent(browser, desk, "kwame@fjordhus.example");
  await page.goto(`${desk.url}/settings`);
  const card = page.getByRole("region", { name: "Assistant" });
  await card.getByText("small-1").first().waitFor();
  await card.getByText(/tokens today/).waitFor();
  assert.deepEqual(await faults(page), []);

  // The server is gone: rules read what comes now, and say the question again.
  await models.stop();
  models = undefined;
  await say(asking, "hm, let me think");
  await log.getByText(/ordered by mistake[^]*This cannot be undone/).nth(1).waitFor();
  await log.getByRole("button", { name: "Yes" }).click();
  await log.getByText(/A colleague has to approve this first/).waitFor();
  await page.reload();
  await card.getByText(/does not answer/).waitFor();
  assert.deepEqual(await faults(page), []);
  await page.context().close();
  await asking.context().close();
});
