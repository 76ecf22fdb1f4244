// @vitest-environment happy-dom
// The panel as elements: marks, labels, keys and focus, and text that stays text.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { MESSAGE_CHARACTERS_MAX } from "../src/limits";
import { speak } from "../src/locale";
import { initialState, reduce, viewOf, type Action, type State } from "../src/state";
import { isAccepted } from "../src/view/attachments";
import { createPanel, type Panel } from "../src/view/panel";
import type { Widget } from "../src/widget";
import { conversation, message, outgoing } from "./things";

const CONFIG = {
  desk_name: "Fjordhus",
  greeting: "Hello.",
  notice: "I am the shop's AI assistant.",
  available: true,
  hours: "always",
  locale: "en",
};

let state: State;
let tell: (state: State) => void;
let widget: Widget;
let panel: Panel;
let closed: number;

function root(): ShadowRoot {
  return document.querySelector("evenkeel-panel")!.shadowRoot!;
}

function find(selector: string): HTMLElement {
  const element = root().querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`nothing matches ${selector}`);
  return element;
}

async function act(...actions: Action[]): Promise<void> {
  state = actions.reduce(reduce, state);
  tell(state);
  await Promise.resolve();
}

function key(target: Element, name: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", {
    key: name,
    bubbles: true,
    cancelable: true,
    composed: true,
    ...more,
  });
  target.dispatchEvent(event);
  return event;
}

function write(text: string): HTMLTextAreaElement {
  const field = find(".composer textarea") as HTMLTextAreaElement;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  return field;
}

beforeEach(() => {
  document.querySelector("evenkeel-panel")?.remove();
  state = [
    { type: "config", config: CONFIG } as Action,
    { type: "phase", phase: "ready" } as Action,
  ].reduce(reduce, initialState("new", true));
  closed = 0;
  widget = {
    state: () => state,
    subscribe: (listener: (state: State) => void) => (tell = listener),
    send: vi.fn(() => true),
    askForPerson: vi.fn(() => true),
    retry: vi.fn(),
    remove: vi.fn(),
    typed: vi.fn(),
    begin: vi.fn(),
    rate: vi.fn(async () => undefined),
    showList: vi.fn(),
    upload: vi.fn(async (file: File) => ({
      id: "f1",
      name: file.name,
      content_type: file.type,
      size_bytes: file.size,
    })),
  } as unknown as Widget;
  const previews = { canShow: () => false, keep: () => undefined } as never;
  const surface = { base: "https://desk.example", speech: speak("en", {}), widget, previews };
  panel = createPanel(surface, { read: () => "", write: () => undefined }, () => (closed += 1));
  panel.show(true);
});

const shown: Action[] = [
  { type: "conversations", items: [conversation()] },
  { type: "select", id: "c1" },
];

describe("what is said", () => {
  it("begins with the notice, before anything is sent", () => {
    expect(find(".log").textContent).toMatch(/^I am the shop's AI assistant\./);
    expect(find(".log").getAttribute("role")).toBe("log");
  });

  it("marks what AI wrote, for eyes, ears and machines, with its sources", async () => {
    const source = { n: 1, article_id: "a", slug: "return an item", title: "Returning", quote: "" };
    await act(...shown, {
      type: "message",
      message: message({
        author: { type: "ai", id: null, name: null },
        text: "Yes. [1]",
        generated: true,
        sources: [source],
      }),
    });
    const row = find('.row[data-ai-generated="true"]');
    expect(row.querySelector(".mark-ai")).not.toBeNull();
    expect(row.querySelector(".author")?.textContent).toBe("AI assistant");
    const link = row.querySelector<HTMLAnchorElement>("sup a")!;
    expect(link.getAttribute("href")).toBe("https://desk.example/help/return%20an%20item");
    expect([link.target, link.rel, link.textContent]).toEqual([
      "_blank",
      "noopener noreferrer",
      "[1]",
    ]);
    expect(row.querySelector(".sources")?.textContent).toContain("Returning");
  });

  it("never becomes markup", async () => {
    const text = '<img src=x onerror=alert(1)> <a href="javascript:alert(1)">x</a>';
    const author = { type: "agent", id: "a", name: "<b>Bea</b>" } as const;
    await act(...shown, { type: "message", message: message({ text, author }) });
    expect(find(".row .body").textContent).toBe(text);
    expect(find(".row .author").textContent).toBe("<b>Bea</b>");
    expect(find(".row").querySelector("img, .body a, b")).toBeNull();
  });

  it("keeps the row of one's own message from sending to sent", async () => {
    await act(...shown, { type: "outbox", entries: [outgoing()] });
    const row = find(".row");
    const body = row.querySelector("p");
    expect(row.className).toContain("is-sending");
    await act({ type: "message", message: message({ client_id: "x1" }) });
    expect([find(".row"), find(".row p")]).toEqual([row, body]);
    expect(row.className).toContain("is-sent");
  });

  it("says why a message failed, and what can be done", async () => {
    const failure = { detail: "Too many.", hint: "Wait a little." };
    await act(...shown, { type: "outbox", entries: [outgoing({ failure })] });
    expect(find(".reason").textContent).toBe("Not sent. Too many. Wait a little.");
    for (const button of root().querySelectorAll<HTMLElement>(".status button")) button.click();
    expect([widget.retry, widget.remove].map((f) => vi.mocked(f).mock.calls)).toEqual([
      [["x1"]],
      [["x1"]],
    ]);
  });

  it("gives a receipt in the place of the line that speaks of it", async () => {
    const receipt = {
      at: "",
      reference: 1042,
      reason_text: "",
      topic: "Returns",
      place: 1,
      promise: "Soon.",
    };
    const line = (id: string, position: number, code: string | null) =>
      ({
        type: "message",
        message: message({ id, position, code, kind: code ? "event" : "text" }),
      }) as Action;
    await act(
      { type: "conversations", items: [conversation({ handler: "queue", receipt })] },
      shown[1]!,
      line("m1", 1, "receipt"),
      line("m2", 2, null),
    );
    expect(find(".receipt").textContent).toContain("#1042");
    expect(find(".place").textContent).toContain("You are next");
    expect(find(".is-told-by-card").nextElementSibling).toBe(find(".receipt-place"));
    const before = [...find(".rows").children];
    await act(line("m3", 3, null));
    expect([...find(".rows").children].slice(0, before.length)).toEqual(before);
  });
});

describe("a person", () => {
  it("can always be asked for, with what is already written", async () => {
    write("My lamp is broken");
    find(".person").click();
    expect(vi.mocked(widget.askForPerson).mock.calls).toEqual([["My lamp is broken", []]]);
    expect((find(".composer textarea") as HTMLTextAreaElement).value).toBe("");
  });

  it("is not asked for twice once one is there", async () => {
    await act(
      { type: "conversations", items: [conversation({ handler: "agent", agent_name: "Amira" })] },
      shown[1]!,
    );
    find(".person").click();
    expect(find(".person").getAttribute("aria-disabled")).toBe("true");
    expect(widget.askForPerson).not.toHaveBeenCalled();
    expect(find(".answering").textContent).toBe("Amira");
  });

  it("is not asked for twice while one is awaited, and the button says so", async () => {
    await act(
      { type: "conversations", items: [conversation({ handler: "queue" })] },
      shown[1]!,
    );
    find(".person").click();
    expect(find(".person").textContent).toBe("A person has been asked");
    expect(find(".person").getAttribute("aria-disabled")).toBe("true");
    expect(widget.askForPerson).not.toHaveBeenCalled();
  });

  it("is not offered in a conversation that is over", async () => {
    expect(find(".person").hidden).toBe(false);
    await act(
      { type: "conversations", items: [conversation({ state: "closed", handler: "queue" })] },
      shown[1]!,
    );
    expect(find(".person").hidden).toBe(true);
  });
});

describe("writing", () => {
  it("sends on Enter, and only then", () => {
    const field = write("Hello");
    key(field, "Enter", { shiftKey: true });
    key(field, "Enter", { isComposing: true });
    expect(widget.send).not.toHaveBeenCalled();
    expect(key(field, "Enter").defaultPrevented).toBe(true);
    expect(vi.mocked(widget.send).mock.calls).toEqual([["Hello", []]]);
    key(write("   "), "Enter");
    expect(widget.send).toHaveBeenCalledTimes(1);
  });

  it("counts characters as people do, at the limit and one over", () => {
    key(write("😀".repeat(MESSAGE_CHARACTERS_MAX)), "Enter");
    expect(widget.send).toHaveBeenCalledTimes(1);
    key(write("😀".repeat(MESSAGE_CHARACTERS_MAX + 1)), "Enter");
    expect(widget.send).toHaveBeenCalledTimes(1);
    expect(find(".counter").textContent).toContain("Too long by 1");
  });

  it("refuses files kindly", () => {
    const check = (name: string, type: string, expected: boolean) =>
      expect([name, isAccepted({ name, type })]).toEqual([name, expected]);
    check("a.png", "image/png", true);
    check("a.svg", "image/svg+xml", false);
    check("a.PDF", "application/pdf", true);
    check(
      "a.docx",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      true,
    );
    check("a.html", "text/html", false);
    check("a.exe", "application/x-msdownload", false);
  });
});

describe("keys and focus", () => {
  it("Escape closes, from the list first to the conversation", async () => {
    key(find(".composer textarea"), "Escape");
    expect(closed).toBe(1);
    await act({ type: "screen", screen: "list" });
    key(find(".earlier h3"), "Escape");
    expect([closed, vi.mocked(widget.showList).mock.calls]).toEqual([1, [[false]]]);
  });

  it("never reach the page", () => {
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    key(find(".composer textarea"), "j");
    document.removeEventListener("keydown", heard);
    expect(heard).not.toHaveBeenCalled();
  });

  it("the end of a conversation takes the focus over and asks how it was", async () => {
    await act(...shown);
    find(".composer textarea").focus();
    await act({ type: "conversations", items: [conversation({ version: 2, state: "closed" })] });
    expect(root().activeElement).toBe(find(".closed-line"));
    const scores = root().querySelectorAll<HTMLInputElement>("input[type=radio]");
    expect(
      [...root().querySelectorAll(".score")].map((label) => label.textContent?.trim()),
    ).toEqual(["1 Very poor", "2 Poor", "3 Fair", "4 Good", "5 Very good"]);
    scores[3]!.checked = true;
    scores[3]!.dispatchEvent(new Event("change", { bubbles: true }));
    find("form").dispatchEvent(new Event("submit", { cancelable: true }));
    expect(vi.mocked(widget.rate).mock.calls).toEqual([[4, ""]]);
  });

  it("every control has a name", async () => {
    await act(...shown, {
      type: "message",
      message: message({ author: { type: "ai", id: null, name: null } }),
    });
    expect(viewOf(state).can_close).toBe(true);
    for (const control of root().querySelectorAll("button, textarea")) {
      expect(control.getAttribute("aria-label") || control.textContent).toBeTruthy();
    }
  });
});
