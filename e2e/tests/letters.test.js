// An owner invites somebody by e-mail, who signs in from the letter; a forgotten password comes back.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { Desk, agent, faults, newContext, openBrowser } from "./desk.js";

const letters = [];
let server;
let browser;
let desk;
before(async () => {
  server = await takeLetters();
  const post = `smtp://127.0.0.1:${server.address().port}`;
  const from = "Fjordhus <help@fjordhus.example>";
  const options = ["--smtp-url", post, "--mail-from", from, "--public-url", "http://desk.test"];
  desk = await Desk.open({ options });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.close();
  server?.close();
});

/** A mail server that keeps what it is given. */
function takeLetters() {
  const serve = (socket) => {
    let rest = "";
    let letter = null;
    socket.on("error", () => {});
    socket.write("220 test\r\n");
    socket.on("data", (piece) => {
      rest += piece;
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (letter !== null && line !== ".") {
          letter += `${line}\n`;
          continue;
        }
        if (letter !== null) letters.push(letter);
        letter = line === "DATA" ? "" : null;
        socket.write(line === "DATA" ? "354 go on\r\n" : "250 ok\r\n");
      }
    });
  };
  return new Promise((done) => {
    const made = createServer(serve).listen(0, "127.0.0.1", () => done(made));
  });
}

/** The link of the newest letter, below this desk's own address; quoted-printable breaks lines. */
async function link(n) {
  for (let i = 0; letters.length < n && i < 600; i += 1) {
    await new Promise((done) => setTimeout(done, 100));
  }
  const whole = letters[n - 1].replaceAll("=\n", "").replaceAll("=3D", "=");
  return desk.url + /http:\/\/desk\.test(\/password#token=[0-9a-f]+)/.exec(whole)[1];
}

test("an invited agent signs in from the letter, and from a second one after forgetting", async () => {
  const owner = await agent(browser, desk, "ingrid@fjordhus.example");
  await owner.goto(`${desk.url}/settings`);
  await owner.getByRole("button", { name: "Add an agent" }).click();
  const form = owner.getByRole("dialog");
  await form.getByLabel("Name").fill("Maja Lund");
  await form.getByLabel("E-mail").fill("maja@fjordhus.example");
  assert.equal(await form.getByLabel("First password").count(), 0);
  await form.getByRole("button", { name: "Invite" }).click();
  await owner.getByText("A letter to maja@fjordhus.example is on its way.").waitFor();
  assert.deepEqual(await faults(owner), []);

  const page = await (await newContext(browser)).newPage();
  const first = await link(1);
  await page.goto(first);
  await page.getByLabel("Password").fill("a few good words");
  assert.deepEqual(await faults(page), []);
  await page.getByRole("button", { name: "Set it and sign in" }).click();
  await page.waitForURL(/\/inbox/);
  await page.context().close();

  const again = await (await newContext(browser)).newPage();
  await again.goto(first);
  await again.getByLabel("Password").fill("another few words");
  await again.getByRole("button", { name: "Set it and sign in" }).click();
  await again.getByText("This link has ended, or was used.").waitFor();
  assert.deepEqual(await faults(again), []);
  await again.getByRole("link", { name: "Go to the sign-in page" }).click();
  await again.getByRole("button", { name: "I have forgotten my password" }).click();
  await again.getByLabel("E-mail").fill("maja@fjordhus.example");
  await again.getByRole("button", { name: "Send the letter" }).click();
  await again.getByRole("status").getByText(/a letter with a link is on its way/).waitFor();
  assert.deepEqual(await faults(again), []);
  await again.goto(await link(2));
  await again.getByLabel("Password").fill("another few words");
  await again.getByRole("button", { name: "Set it and sign in" }).click();
  await again.waitForURL(/\/inbox/);
  await again.context().close();

  await owner.reload();
  await owner.getByRole("region", { name: "E-mail" }).getByText(/2 letters sent/).waitFor();
  await owner.context().close();
});
