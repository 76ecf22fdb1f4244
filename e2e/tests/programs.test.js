// An owner makes a token for a program and a webhook, tries it, and sees what was told.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Desk, agent, customer, faults, openBrowser, openPanel, say } from "./desk.js";

const heard = [];
let status = 200;
let server;
let browser;
let desk;
before(async () => {
  server = await new Promise((done) => {
    const made = createServer(async (request, response) => {
      let body = "";
      for await (const piece of request) body += piece;
      heard.push({ headers: request.headers, body });
      response.writeHead(status).end();
    }).listen(0, "127.0.0.1", () => done(made));
  });
  desk = await Desk.open({ options: ["--webhooks-anywhere"] });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.close();
  server?.close();
});

const until = async (is) => {
  for (let i = 0; i < 600 && !is(); i += 1) await new Promise((done) => setTimeout(done, 50));
  assert.ok(is());
};

test("a program calls with its token, and is told what happens", async () => {
  const owner = await agent(browser, desk, "ingrid@fjordhus.example");
  await owner.goto(`${desk.url}/settings`);
  await owner.getByRole("link", { name: "See programs" }).click();
  await owner.getByText("There is no token yet.").waitFor();
  await owner.getByText("Nobody is told yet.").waitFor();
  assert.deepEqual(await faults(owner), []);

  await owner.getByRole("button", { name: "Make a token" }).click();
  const form = owner.getByRole("dialog");
  await form.getByLabel("Name").fill("Nightly report");
  assert.deepEqual(await faults(owner), []);
  await form.getByRole("button", { name: "Make it" }).click();
  const secret = await owner.getByLabel("The new token").textContent();
  assert.match(secret, /^ek_[0-9a-f]{64}$/);
  const ask = (method, path, body) =>
    fetch(`${desk.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body,
    });
  assert.equal((await ask("GET", "/conversations")).status, 200);
  assert.equal((await ask("POST", "/topics", "{}")).status, 403);
  const described = await (await fetch(`${desk.url}/openapi.json`)).json();
  assert.ok(described.paths["/webhooks"]);

  await owner.getByRole("button", { name: "Add a webhook" }).click();
  await owner.getByLabel("Address").fill(`http://127.0.0.1:${server.address().port}/hook`);
  await owner.getByLabel("these:").check();
  await owner.getByLabel("Something is written").check();
  assert.deepEqual(await faults(owner), []);
  await owner.getByRole("button", { name: "Add", exact: true }).click();
  const key = await owner.getByLabel("The secret that signs what it is told").textContent();
  await owner.getByRole("button", { name: "Test" }).click();
  await owner.getByText(/^It answered 200 after/).waitFor();
  assert.equal(JSON.parse(heard[0].body).event, "ping");

  const visitor = await customer(browser, desk);
  await openPanel(visitor);
  await say(visitor, "I want to talk to a person");
  const told = () => heard.find((one) => one.body.includes("I want to talk to a person"));
  await until(told);
  const { headers, body } = told();
  const signed = createHmac("sha256", key).update(`${headers["evenkeel-timestamp"]}.${body}`);
  assert.equal(headers["evenkeel-signature"], `sha256=${signed.digest("hex")}`);
  assert.equal(headers["evenkeel-event"], "message.added");

  status = 500;
  await owner.getByRole("button", { name: "Test" }).click();
  await owner.getByText("It answered 500").waitFor();
  await say(visitor, "Is anybody there?");
  await until(() => heard.some((one) => one.body.includes("Is anybody there?")));
  await owner.reload();
  await owner.getByText(/It has failed \d+ times? in a row/).waitFor();
  await owner.getByRole("button", { name: "Deliveries" }).click();
  await owner.getByText("It answered 500").first().waitFor();
  assert.deepEqual(await faults(owner), []);

  await owner.getByRole("button", { name: "Remove the token Nightly report" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await owner.getByText("There is no token yet.").waitFor();
  assert.equal((await ask("GET", "/conversations")).status, 401);
});
