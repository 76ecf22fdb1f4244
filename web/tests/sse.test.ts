// The parser must give the same events wherever the network cuts the stream.
import { describe, expect, test } from "vitest";
import { EventParser, type StreamEvent } from "../src/live/sse.ts";
import { retryDelayMs, StreamPlace, type Signal } from "../src/live/stream.ts";

function read(chunks: string[]): { events: StreamEvent[]; comments: string[] } {
  const events: StreamEvent[] = [];
  const comments: string[] = [];
  const parser = new EventParser(
    (event) => events.push(event),
    (text) => comments.push(text),
  );
  for (const chunk of chunks) parser.push(chunk);
  return { events, comments };
}

const WHOLE =
  '\uFEFFevent: hello\ndata: {"seq":1}\n\n: beat\n\nid: 2\r\nevent: change\r\ndata: a\r\ndata: b\r\n\r\n' +
  "data:x\r\rretry: 10\nevent: empty\n\n";
const EXPECTED: StreamEvent[] = [
  { type: "hello", data: '{"seq":1}', id: null },
  { type: "change", data: "a\nb", id: "2" },
  { type: "message", data: "x", id: null },
];

describe("the parser", () => {
  test("reads a whole stream with every kind of line end", () => {
    expect(read([WHOLE])).toEqual({ events: EXPECTED, comments: ["beat"] });
  });

  test("gives the same events for every cut in two, and letter by letter", () => {
    for (let at = 0; at <= WHOLE.length; at += 1) {
      expect(read([WHOLE.slice(0, at), WHOLE.slice(at)]).events, `cut at ${at}`).toEqual(EXPECTED);
    }
    expect(read([...WHOLE]).events).toEqual(EXPECTED);
  });

  test("keeps an unfinished event to itself", () => {
    expect(read(["data: half\n"]).events).toEqual([]);
  });
});

describe("the place in the stream", () => {
  function follow(seq: number | null, events: [string, object][]) {
    const signals: Signal[] = [];
    const place = new StreamPlace(seq, (signal) => signals.push(signal));
    for (const [type, data] of events) place.take({ type, data: JSON.stringify(data), id: null });
    return { place, types: signals.map((signal) => signal.type) };
  }
  const change = (seq: number) => ["change", { seq, id: "c", version: 1 }] as [string, object];

  test("starts at hello and moves with each change", () => {
    const { place, types } = follow(null, [["hello", { seq: 5 }], change(6), change(9)]);
    expect(place.seq).toBe(9);
    expect(types).toEqual(["hello", "state", "change", "change"]);
  });

  test("does not jump over what a reconnect still has to bring", () => {
    const { place, types } = follow(5, [["hello", { seq: 50 }]]);
    expect(place.seq).toBe(5);
    expect(types).toEqual(["state"]);
  });

  test("fetches anew after a resync and after a desk that went back in time", () => {
    expect(follow(5, [["resync", { seq: 90 }]]).place.seq).toBe(90);
    const older = follow(50, [["hello", { seq: 7 }]]);
    expect(older.place.seq).toBe(7);
    expect(older.types).toEqual(["resync", "state"]);
  });

  test("survives an event that is not JSON", () => {
    const place = new StreamPlace(1, () => {});
    place.take({ type: "change", data: "{broken", id: null });
    expect(place.seq).toBe(1);
  });
});

test("the pause before a retry grows, is spread and has an end", () => {
  expect(retryDelayMs(0, 0)).toBe(250);
  expect(retryDelayMs(0, 1)).toBe(500);
  expect(retryDelayMs(3, 1)).toBe(4000);
  expect(retryDelayMs(500, 1)).toBe(15_000);
});
