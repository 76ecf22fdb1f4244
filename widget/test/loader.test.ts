// @vitest-environment happy-dom
// The loader on a page that is not ours: included twice, misconfigured, and asked for its API.
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const CONFIG = { desk_name: "Fjordhus", greeting: "", notice: "", available: true, hours: "" };

/** Runs the script as a page would; `answer` is the desk's to the first question. */
async function include(answer: () => Promise<Response>): Promise<void> {
  vi.stubGlobal("fetch", vi.fn(answer));
  const script = document.createElement("script");
  script.type = "text/plain";
  script.setAttribute("src", "https://desk.example/widget/loader.js");
  script.dataset["inbox"] = "KEY";
  script.dataset["locale"] = "ar";
  document.head.append(script);
  vi.resetModules();
  await import("../src/loader");
  await new Promise((done) => setImmediate(done));
}

const found = async () => new Response(JSON.stringify(CONFIG));
const bubbles = () => document.querySelectorAll("evenkeel-bubble");

beforeEach(() => vi.useFakeTimers({ toFake: ["setInterval"] }));

afterEach(() => {
  for (const element of [...bubbles(), ...document.head.children]) element.remove();
  delete window.evenkeel;
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("draws one bubble, however often it is included", async () => {
  await include(found);
  await include(found);
  expect(bubbles()).toHaveLength(1);
  const button = bubbles()[0]!.shadowRoot!.querySelector("button")!;
  expect([button.dir, button.getAttribute("aria-expanded")]).toEqual(["rtl", "false"]);
  expect(bubbles()[0]!.parentElement).toBe(document.documentElement);
});

it("hides from customers that the inbox is wrong, and tells the page's owner", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await include(async () => new Response("{}", { status: 404 }));
  expect(bubbles()).toHaveLength(0);
  expect(String(warn.mock.calls[0])).toMatch(/data-inbox="KEY".*hint:/);
});

it("shows the bubble though the desk cannot be reached", async () => {
  await include(async () => Promise.reject(new TypeError("offline")));
  expect(bubbles()).toHaveLength(1);
});

it("closes again, and says why, when the app does not load", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  await include(found);
  window.evenkeel!.open();
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  const button = bubbles()[0]!.shadowRoot!.querySelector("button")!;
  expect(button.getAttribute("aria-expanded")).toBe("false");
  expect(button.querySelector("span")!.textContent).toBe("!");
  expect(String(warn.mock.calls[0])).toMatch(/app\.js did not load; hint: script-src/);
});

it("survives a listener of the page that throws", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await include(found);
  const heard: string[] = [];
  window.evenkeel!.on("open", () => {
    throw new Error("the page's own");
  });
  const stop = window.evenkeel!.on("open", () => heard.push("open"));
  window.evenkeel!.open();
  window.evenkeel!.close();
  stop();
  window.evenkeel!.open();
  expect(heard).toEqual(["open"]);
});
