// The widget against a desk that speaks the contract over HTTP, as a customer would live it.
import { afterEach, describe, expect, it } from "vitest";
import { startMockDesk, type MockDesk } from "../dev/mock";
import { realClock } from "../src/clock";
import { viewOf, type State, type View } from "../src/state";
import { openStorage } from "../src/storage";
import type { Identity } from "../src/types";
import { createWidget, type Widget } from "../src/widget";
import { backing } from "./things";

let desk: MockDesk;
const opened: Widget[] = [];

afterEach(async () => {
  for (const widget of opened.splice(0)) widget.close();
  await desk.stop();
});

interface Options {
  kept?: ReturnType<typeof backing>;
  identity?: Identity;
  get?: typeof fetch;
}

function openWidget({ kept = backing(), identity, get = fetch }: Options = {}) {
  let n_ids = 0;
  const warnings: string[] = [];
  const widget = createWidget({
    base: desk.base,
    inbox: "demo",
    locale: "en",
    fetch: get,
    // Retries are quick here: patience has its own tests.
    clock: {
      ...realClock,
      after: (wait_ms, act) => realClock.after(Math.min(wait_ms, 20_000) / 50, act),
    },
    storage: openStorage("demo", () => kept),
    is_online: true,
    say: (key) => key,
    warn: (what) => warnings.push(what),
    uuid: () => `uuid-${Math.random()}-${(n_ids += 1)}`,
  });
  opened.push(widget);
  widget.start(null, identity ?? null);
  widget.open();
  return { widget, kept, warnings };
}

/** Resolves with the first view that fits; a test that waits in vain is stopped by vitest. */
function until(widget: Widget, fits: (view: View, state: State) => boolean): Promise<View> {
  return new Promise((done) => {
    const look = (state: State) => {
      const view = viewOf(state);
      if (fits(view, state)) done(view);
    };
    widget.subscribe(look);
    look(widget.state());
  });
}

const isAnswered = (view: View) => view.entries.some((entry) => entry.from === "ai");
const texts = (view: View) =>
  view.entries.filter((entry) => entry.from !== "system").map((entry) => entry.text);

describe("a first visit", () => {
  it("tells the desk nothing before the customer writes", async () => {
    desk = await startMockDesk();
    const { widget } = openWidget();
    await until(widget, (view, state) => state.config !== null && view.phase === "ready");
    expect(desk.requests).toEqual(["GET /widget/config"]);
  });

  it("goes from a question to an answer, a person and a rating", async () => {
    desk = await startMockDesk();
    const { widget } = openWidget();
    widget.send("Can I send it back?", []);
    const answered = await until(widget, isAnswered);
    expect(answered.entries.find((entry) => entry.from === "ai")).toMatchObject({
      is_generated: true,
      sources: [{ n: 1 }, { n: 2 }],
    });
    widget.askForPerson("", []);
    const waiting = await until(widget, (view) => view.receipt?.available === true);
    expect(waiting).toMatchObject({
      answering: { kind: "waiting", place: 3 },
      receipt: { reference: 1042 },
    });
    desk.act("join");
    desk.act("say", "Hello, this is Amira.");
    await until(
      widget,
      (view) => view.answering.kind === "agent" && texts(view).includes("Hello, this is Amira."),
    );
    await widget.solve();
    await widget.rate(4, " kind ");
    const rated = await until(widget, (view) => view.conversation?.survey !== null);
    expect(rated.conversation?.survey).toMatchObject({ score: 4, comment: "kind" });
  });

  it("asks for a person in words when nothing was said yet", async () => {
    desk = await startMockDesk();
    const { widget } = openWidget();
    widget.askForPerson("", []);
    const view = await until(widget, ({ answering }) => answering.kind === "waiting");
    expect(texts(view)).toEqual(["person_request"]);
    expect(desk.requests.filter((call) => call.endsWith("/person"))).toHaveLength(1);
  });
});

describe("trouble", () => {
  it("does not double a message whose answer was lost", async () => {
    desk = await startMockDesk();
    let n_lost = 0;
    const lossy: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const isSend = init?.method === "POST" && String(input).includes("/conversations");
      if (isSend && (n_lost += 1) <= 2) throw new TypeError("lost on the way back");
      return answer;
    };
    const { widget } = openWidget({ get: lossy });
    widget.send("one", []);
    widget.send("two", []);
    await until(widget, (view, state) => state.outbox.length === 0 && texts(view).includes("two"));
    const view = await until(widget, isAnswered);
    expect(texts(view).filter((text) => text === "one" || text === "two")).toEqual(["one", "two"]);
    expect(view.earlier).toHaveLength(1);
  });

  it("catches up with what was said while the line was cut", async () => {
    desk = await startMockDesk();
    const { widget } = openWidget();
    widget.send("Hello", []);
    await until(widget, isAnswered);
    desk.act("cut");
    desk.act("join");
    desk.act("say", "Said into the void.");
    await until(widget, (view) => texts(view).includes("Said into the void."));
  });

  it("shows an earlier page's conversation, and sends what it could not", async () => {
    desk = await startMockDesk();
    const first = openWidget();
    first.widget.send("Hello", []);
    await until(first.widget, isAnswered);
    desk.act("fail", "503");
    first.widget.send("Left behind", []);
    await until(first.widget, (view) => view.entries.some((entry) => entry.delivery === "sending"));
    first.widget.close();
    // The first page ends here: its retries must not be what delivers the message.
    const kept = backing();
    for (let index = 0; index < first.kept.length; index += 1) {
      const key = first.kept.key(index)!;
      kept.setItem(key, first.kept.getItem(key)!);
    }
    desk.act("fail", "0");
    const second = openWidget({ kept });
    const isWhole = (next: View) =>
      ["Hello", "Left behind"].every((text) => texts(next).includes(text));
    const view = await until(
      second.widget,
      (next, { outbox }) => isWhole(next) && outbox.length === 0,
    );
    expect(texts(view)[0]).toBe("Hello");
    expect(texts(view).filter((text) => text === "Left behind")).toHaveLength(1);
  });

  it("starts afresh, kindly, when an anonymous session has ended", async () => {
    desk = await startMockDesk();
    const { widget } = openWidget();
    widget.send("Hello", []);
    await until(widget, isAnswered);
    desk.act("forget");
    widget.send("Still there?", []);
    const view = await until(widget, (next) =>
      next.entries.some((entry) => entry.text === "Still there?" && entry.delivery === "sent"),
    );
    expect(texts(view)).not.toContain("Hello");
    expect(view.earlier).toHaveLength(1);
  });

  it("renews the session of a known customer without a word", async () => {
    desk = await startMockDesk();
    const { widget } = openWidget({ identity: { external_id: "7", hash: "good" } });
    widget.send("Hello", []);
    await until(widget, isAnswered);
    desk.act("forget");
    widget.send("Still there?", []);
    const view = await until(widget, (next) =>
      next.entries.some((entry) => entry.text === "Still there?" && entry.delivery === "sent"),
    );
    expect(texts(view)).toContain("Hello");
    expect(view.told).toBeNull();
  });

  it("serves a customer whose identity is wrong, and tells the page's owner", async () => {
    desk = await startMockDesk();
    const { widget, warnings } = openWidget({ identity: { external_id: "7", hash: "bad" } });
    widget.send("Hello", []);
    await until(widget, isAnswered);
    expect(warnings.join()).toContain("hash");
  });

  it("does not show one customer what another had asked for a moment before", async () => {
    desk = await startMockDesk();
    const first = openWidget({ identity: { external_id: "7", hash: "good" } });
    first.widget.send("Mine", []);
    await until(first.widget, isAnswered);
    let release = () => undefined as void;
    const held = new Promise<void>((done) => (release = done));
    let isAsked = () => undefined as void;
    const asked = new Promise<void>((done) => (isAsked = done));
    const slow: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).endsWith("/widget/conversations") || n_held++) return answer;
      isAsked();
      await held;
      return answer;
    };
    let n_held = 0;
    const identity = { external_id: "7", hash: "good" };
    const second = openWidget({ identity, get: slow, kept: first.kept });
    await asked;
    second.widget.identify({ external_id: "8", hash: "good" });
    release();
    const view = await until(second.widget, (next) => next.phase === "ready");
    second.widget.send("Eight", []);
    const later = await until(second.widget, isAnswered);
    expect([view.earlier.length, later.earlier.length]).toEqual([0, 1]);
    expect(texts(later)[0]).toBe("Eight");
  });

  it("keeps one customer's conversation from the next at the same computer", async () => {
    desk = await startMockDesk();
    const first = openWidget({ identity: { external_id: "7", hash: "good" } });
    first.widget.send("Mine", []);
    await until(first.widget, isAnswered);
    first.widget.identify({ external_id: "8", hash: "good" });
    const view = await until(first.widget, (next) => next.phase === "ready");
    expect([view.entries, view.earlier]).toEqual([[], []]);
    const anonymous = openWidget({ kept: first.kept });
    const other = await until(
      anonymous.widget,
      (next, state) => state.config !== null && next.phase === "ready",
    );
    expect(other.earlier).toEqual([]);
  });
});
