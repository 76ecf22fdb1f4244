// The event stream: any split of the bytes gives the same events, and broken lines mend themselves.
import { describe, expect, it } from "vitest";
import { STREAM_SILENCE_MS_MAX } from "../src/limits";
import { createParser, createStream, type StreamEvent } from "../src/stream";
import { seeded } from "./chance";
import { settle, testClock } from "./clock";

function parse(...pieces: string[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const feed = createParser((event) => events.push(event));
  for (const piece of pieces) feed(piece);
  return events;
}

describe("the parser", () => {
  const check = (text: string, expected: StreamEvent[]) => expect(parse(text)).toEqual(expected);

  it("reads what the format allows", () => {
    check("event: hello\ndata: {}\n\n", [{ name: "hello", data: "{}", id: null }]);
    check("data: a\ndata: b\n\n", [{ name: "message", data: "a\nb", id: null }]);
    check("id: 7\r\nevent: change\r\ndata:x\r\n\r\n", [{ name: "change", data: "x", id: "7" }]);
    check("data: a\r\rdata: b\r\r\n", [
      { name: "message", data: "a", id: null },
      { name: "message", data: "b", id: null },
    ]);
    check("\ufeff: beat\n\ndata:  two spaces\n\n", [
      { name: "message", data: " two spaces", id: null },
    ]);
    check("data\n\n", [{ name: "message", data: "", id: null }]);
    check("event: lost\n\ndata: kept\n\n", [{ name: "message", data: "kept", id: null }]);
    check("data: unfinished\n", []);
    check("id: 1\ndata: a\n\ndata: b\n\n", [
      { name: "message", data: "a", id: "1" },
      { name: "message", data: "b", id: "1" },
    ]);
  });

  it("gives the same events however the text is cut", () => {
    const { draw } = seeded();
    const text =
      "id: 1\r\nevent: change\r\ndata: ä ✓ 😀\r\n\r\n" +
      ": beat\n\ndata: x\rdata: y\r\rdata: z\n\n";
    const whole = parse(text);
    expect(whole).toHaveLength(3);
    for (let round = 0; round < 500; round += 1) {
      const pieces: string[] = [];
      for (let from = 0; from < text.length;) {
        const to = from + Math.floor(draw() * 6);
        pieces.push(text.slice(from, to));
        from = to;
      }
      expect(parse(...pieces)).toEqual(whole);
    }
  });
});

/** A desk whose answers a test writes piece by piece. */
function line() {
  const calls: { headers: Record<string, string>; signal: AbortSignal }[] = [];
  const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
  let status = 200;
  const get = (async (_url: unknown, init: RequestInit) => {
    calls.push({ headers: init.headers as Record<string, string>, signal: init.signal! });
    const body = new ReadableStream<Uint8Array>({ start: (control) => void bodies.push(control) });
    return status === 200 ? new Response(body) : new Response(null, { status });
  }) as typeof fetch;
  return {
    calls,
    get,
    refuse: (next: number) => (status = next),
    write: (text: string) => bodies[bodies.length - 1]!.enqueue(new TextEncoder().encode(text)),
    end: () => bodies[bodies.length - 1]!.close(),
  };
}

function follow(desk: ReturnType<typeof line>) {
  const clock = testClock(0.5);
  const events: string[] = [];
  const states: string[] = [];
  const stream = createStream({
    url: "/events",
    token: () => "t",
    fetch: desk.get,
    clock,
    onEvent: (event) => events.push(`${event.name} ${event.data}`),
    onState: (state, status) => states.push(status === null ? state : `${state} ${status}`),
  });
  return { clock, events, states, stream };
}

async function turns(): Promise<void> {
  await new Promise((done) => setImmediate(done));
  await new Promise((done) => setImmediate(done));
}

describe("the stream", () => {
  it("goes on after the last event that it has seen", async () => {
    const desk = line();
    const { clock, events, states, stream } = follow(desk);
    stream.open();
    await turns();
    desk.write("event: hello\ndata: {}\n\nid: 41\nevent: change\ndata: 1\n\n");
    await turns();
    desk.end();
    await turns();
    expect(states).toEqual(["live 200", "lost 200"]);
    clock.advance(1_000);
    await turns();
    expect(desk.calls[0]!.headers["last-event-id"]).toBeUndefined();
    expect(desk.calls[1]!.headers["last-event-id"]).toBe("41");
    expect(desk.calls[1]!.headers["authorization"]).toBe("Bearer t");
    expect(events).toEqual(["hello {}", "change 1"]);
  });

  it("gives a silent line up, but not one that beats", async () => {
    const desk = line();
    const { clock, stream } = follow(desk);
    stream.open();
    await turns();
    clock.advance(STREAM_SILENCE_MS_MAX - 1);
    desk.write(": beat\n\n");
    await turns();
    clock.advance(STREAM_SILENCE_MS_MAX - 1);
    expect(desk.calls[0]!.signal.aborted).toBe(false);
    clock.advance(1);
    expect(desk.calls[0]!.signal.aborted).toBe(true);
    await turns();
    clock.advance(1_000);
    await turns();
    expect(desk.calls).toHaveLength(2);
  });

  it("waits longer after every failure, and not at all when told to hurry", async () => {
    const desk = line();
    desk.refuse(503);
    const { clock, states, stream } = follow(desk);
    stream.open();
    await turns();
    for (const wait_ms of [750, 1_500, 3_000]) {
      const n_calls = desk.calls.length;
      clock.advance(wait_ms - 1);
      await turns();
      expect(desk.calls).toHaveLength(n_calls);
      clock.advance(1);
      await turns();
      expect(desk.calls).toHaveLength(n_calls + 1);
    }
    stream.hurry();
    await turns();
    expect(desk.calls).toHaveLength(5);
    expect(states).toEqual(Array(5).fill("lost 503"));
  });

  it("is quiet once it is closed", async () => {
    const desk = line();
    const { clock, events, states, stream } = follow(desk);
    stream.open();
    await turns();
    stream.close();
    await settle();
    clock.advance(600_000);
    await turns();
    expect(desk.calls).toHaveLength(1);
    expect([events, states, clock.n_waiting()]).toEqual([[], [], 0]);
  });
});
