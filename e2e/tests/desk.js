// Starts a demo desk of its own on a free port and a browser; stops and starts them again.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PASSWORD = "evenkeel-demo";

/** A browser; EVENKEEL_CHROMIUM names another than Debian's. */
export const openBrowser = () =>
  chromium.launch({
    executablePath: process.env.EVENKEEL_CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });

/** A busy machine may need long; nothing here is a measurement of how long. */
const WAIT_MS = 120_000;

/** A context of its own: no session, nothing stored. */
export async function newContext(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_MS);
  return context;
}

function binary() {
  const path = process.env.EVENKEEL_BINARY ?? "../target/debug/evenkeel";
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build -p evenkeel`);
  return path;
}

export class Desk {
  /** A demo desk without simulated people, in a folder that outlives a kill. */
  static async open({ options = [], days = 0 } = {}) {
    const desk = new Desk();
    desk.options = options;
    desk.days = days;
    desk.folder = mkdtempSync(join(tmpdir(), "evenkeel-e2e-"));
    desk.port = await freePort();
    desk.url = `http://127.0.0.1:${desk.port}`;
    await desk.start();
    return desk;
  }

  /** A desk that nobody has set up; `link` is what it printed. */
  static async fresh() {
    const desk = new Desk();
    desk.folder = mkdtempSync(join(tmpdir(), "evenkeel-e2e-"));
    desk.process = spawn(binary(), ["serve", "--no-open", "--port", "0", "--data", desk.folder], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    for await (const piece of desk.process.stdout) {
      said += piece;
      desk.link = /http:\S+#key=\S+/.exec(said)?.[0];
      if (desk.link) break;
    }
    desk.url = new URL(desk.link).origin;
    return desk;
  }

  async start() {
    const past = ["--past", String(this.days ?? 0)];
    const words = ["demo", "--quiet", ...past, "--no-open", "--port", String(this.port)];
    this.process = spawn(binary(), [...words, "--data", this.folder, ...this.options], {
      stdio: "ignore",
    });
    for (let i = 0; i < 1800; i += 1) {
      const ok = await fetch(`${this.url}/shop`).then((answer) => answer.ok, () => false);
      if (ok) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error("the desk did not start");
  }

  /** As a power cut would: no warning. */
  async kill() {
    const gone = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGKILL");
    await gone;
  }

  async close() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A customer on the shop's page, with the panel open: somebody new each time, or its visitor. */
export async function customer(browser, desk, { isSignedIn = false } = {}) {
  const page = await (await newContext(browser)).newPage();
  await page.goto(`${desk.url}/shop${isSignedIn ? "" : "?signed_in=no"}`);
  await openPanel(page);
  return page;
}

export async function openPanel(page) {
  await page.waitForFunction(() => Boolean(window.evenkeel));
  await page.evaluate(() => window.evenkeel.open());
  await page.locator("textarea").waitFor();
}

export async function say(page, words) {
  await page.locator("textarea").fill(words);
  await page.locator("textarea").press("Enter");
}

/** An agent at the inbox. */
export async function agent(browser, desk, email = "leyla@fjordhus.example") {
  const page = await (await newContext(browser, { viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(`${desk.url}/sign-in`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/inbox/);
  return page;
}

/** What axe finds on a page, in words. */
export async function faults(page) {
  // Evaluated, not added as a script tag, which the page's policy would refuse.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`);
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
