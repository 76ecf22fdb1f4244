// A desk in miniature: the contract's widget calls with scripted answers, for tests and pictures.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  Author,
  FileRef,
  Source,
  WidgetConversation,
  WidgetMessage,
  WidgetThread,
} from "../src/types";

export interface MockDesk {
  base: string;
  /** What a person at the desk, or the desk itself, does next; for tests and the page's buttons. */
  act(name: string, argument?: string): void;
  /** The requests so far, as "POST /widget/session". */
  requests: string[];
  stop(): Promise<void>;
}

export interface MockOptions {
  port?: number;
  /** How long the assistant thinks; 0 answers within the same turn. */
  think_ms?: number;
  /** Serves anything that is not the contract. */
  serve?(path: string): { type: string; body: Buffer | string } | null;
}

interface Thread extends WidgetThread {
  customer: string;
}

const ASSISTANT: Author = { type: "ai", id: null, name: "AI assistant" };
const AGENT: Author = { type: "agent", id: "a1", name: "Amira Holm" };
const SYSTEM: Author = { type: "system", id: null, name: null };
const INBOX = "demo";

const ANSWER =
  "You can send a parcel back within 30 days of delivery, also when the box is gone. [1]\n\n" +
  "1. Open Orders in your account and choose Return.\n" +
  "2. Print the label, or show the code at the counter.\n" +
  "3. Keep the receipt until the refund has arrived.\n\n" +
  "Refunds reach your card 3 to 5 days after the parcel has come back to us. [2] " +
  "The whole text is at https://fjordhus.example/returns.";
const SOURCES: Source[] = [
  source(1, "returning-an-item", "Returning an item"),
  source(2, "when-refunds-arrive", "When refunds arrive, and where"),
];

export async function startMockDesk(options: MockOptions = {}): Promise<MockDesk> {
  const desk = new Mock(options);
  const server = createServer((request, response) => void desk.handle(request, response));
  await new Promise<void>((ready) => server.listen(options.port ?? 0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    act: (name, argument) => desk.act(name, argument),
    requests: desk.requests,
    async stop() {
      desk.act("cut");
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

class Mock {
  readonly requests: string[] = [];
  readonly #options: MockOptions;
  readonly #sessions = new Map<string, string>();
  readonly #threads = new Map<string, Thread>();
  readonly #files = new Map<string, { ref: FileRef; content: Buffer }>();
  readonly #streams = new Map<ServerResponse, string>();
  readonly #journal: { customer: string; event: string; seq: number }[] = [];
  #seq = 100;
  #n_ids = 0;
  #place = 3;
  #isAvailable = true;
  /** The status of every following call to the contract, or 0 for none. */
  #fails = 0;

  constructor(options: MockOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://desk");
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*, authorization");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    if (url.pathname.startsWith("/dev/")) {
      this.act(url.pathname.slice(5), url.searchParams.get("with") ?? undefined);
      return void response.writeHead(204).end();
    }
    if (!url.pathname.startsWith("/api/v1/")) return this.#page(url.pathname, response);
    const path = url.pathname.slice("/api/v1".length);
    const body = await read(request);
    this.requests.push(`${request.method} ${path}`);
    try {
      if (this.#fails) refuse(this.#fails, "The desk is having a bad day.", "Try again later.");
      const answer = this.#route(`${request.method} ${path}`, url, body, request, response);
      if (answer !== undefined) send(response, answer === null ? 204 : 200, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, detail, hint } = error;
      send(response, status, {
        type: "about:blank",
        title: detail,
        status,
        code: "x",
        detail,
        hint,
      });
    }
  }

  act(name: string, argument = ""): void {
    const thread = [...this.#threads.values()].pop();
    if (name === "fail") this.#fails = Number(argument);
    else if (name === "cut") for (const stream of this.#streams.keys()) stream.destroy();
    else if (name === "forget") this.#sessions.clear();
    else if (name === "away") this.#isAvailable = false;
    else if (name === "place") this.#place = Number(argument);
    else if (name === "resync") this.#broadcast("resync", { seq: this.#seq });
    else if (!thread) return;
    else if (name === "join") this.#join(thread);
    else if (name === "say") this.#say(thread, AGENT, argument);
    else if (name === "typing") this.#typing(thread, AGENT);
    else if (name === "close") this.#close(thread);
  }

  #route(
    call: string,
    url: URL,
    body: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): unknown {
    if (call === "GET /widget/config") return this.#config(url);
    if (call === "POST /widget/session") return this.#session(json(body));
    const customer = this.#customer(request);
    if (call === "GET /widget/events") return this.#follow(customer, request, response);
    if (call === "POST /files") return this.#upload(url, body, request);
    if (call.startsWith("GET /files/")) return this.#download(call.slice(11), response);
    if (call === "GET /widget/conversations") {
      const items = this.#own(customer).map((thread) => thread.conversation);
      return { items, next_cursor: null };
    }
    if (call === "POST /widget/conversations") return this.#open(customer, json(body));
    const [, verb, id, action] =
      /^(GET|POST) \/widget\/conversations\/([^/]+)(?:\/(\w+))?$/.exec(call) ?? [];
    const thread = this.#own(customer).find(({ conversation }) => conversation.id === id);
    if (!thread) return refuse(404, "This conversation does not exist.", "Start a new one.");
    return this.#talk(`${verb} ${action ?? ""}`.trim(), thread, body);
  }

  #talk(call: string, thread: Thread, body: Buffer): unknown {
    switch (call) {
      case "GET":
        return { conversation: thread.conversation, messages: thread.messages };
      case "POST messages":
        return this.#receive(thread, json(body));
      case "POST person":
        if (thread.conversation.handler === "assistant") this.#queue(thread);
        return thread.conversation;
      case "GET place":
        return {
          place: thread.conversation.handler === "queue" ? this.#place : null,
          available: this.#isAvailable,
          hours: "Monday to Friday, 08:00 to 18:00",
        };
      case "POST typing":
        return null;
      case "POST survey":
        this.#change(thread, {
          survey: { comment: null, at: now(), ...json<{ score: number }>(body) },
        });
        return thread.conversation;
      case "POST close":
        this.#close(thread);
        return thread.conversation;
      default:
        return refuse(404, "There is no such call.", "");
    }
  }

  #config(url: URL): unknown {
    if (url.searchParams.get("inbox") !== INBOX) refuse(404, "No such inbox.", "Check the key.");
    const locale = url.searchParams.get("locale") ?? "en";
    const isArabic = locale.startsWith("ar");
    return {
      desk_name: "Fjordhus",
      greeting: isArabic ? "أهلاً بك. كيف يمكننا مساعدتك؟" : "Hello. What can we help you with?",
      notice: isArabic
        ? "أنا مساعد الذكاء الاصطناعي للمتجر. يمكنك التحدث إلى شخص في أي وقت."
        : "I am the shop's AI assistant. You can have a person at any time.",
      available: this.#isAvailable,
      hours: "Monday to Friday, 08:00 to 18:00",
      locale,
    };
  }

  #session(body: { identity?: { external_id: string; hash: string } }): unknown {
    const { identity } = body;
    if (identity && identity.hash !== "good") refuse(401, "The hash does not match.", "");
    const customer = identity ? `known-${identity.external_id}` : this.#id("customer");
    const token = this.#id("token");
    this.#sessions.set(token, customer);
    return {
      token,
      expires_at: now(),
      customer: { id: customer, name: null, verified: !!identity },
    };
  }

  #customer(request: IncomingMessage): string {
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    return this.#sessions.get(token) ?? refuse(401, "The session has ended.", "Start a new one.");
  }

  #own(customer: string): Thread[] {
    return [...this.#threads.values()].filter((thread) => thread.customer === customer);
  }

  #open(customer: string, body: Sent): unknown {
    const known = this.#own(customer).find(({ messages }) =>
      messages.some((message) => message.client_id === body.client_id),
    );
    if (known) return known;
    const conversation: WidgetConversation = {
      id: this.#id("conversation"),
      version: 1,
      number: 1042 + this.#threads.size,
      state: "open",
      handler: "assistant",
      agent_name: null,
      topic: null,
      survey: null,
      receipt: null,
      created_at: now(),
      updated_at: now(),
    };
    const thread: Thread = { conversation, messages: [], customer };
    this.#threads.set(conversation.id, thread);
    this.#change(thread, {});
    this.#add(thread, SYSTEM, "I am the shop's AI assistant. You can have a person at any time.", {
      kind: "event",
      code: "ai_notice",
    });
    this.#receive(thread, body);
    return { conversation: thread.conversation, messages: [...thread.messages] };
  }

  #receive(thread: Thread, body: Sent): WidgetMessage {
    const known = thread.messages.find((message) => message.client_id === body.client_id);
    if (known) return known;
    if (/unsendable/.test(body.text)) {
      refuse(
        400,
        "The message holds something that we cannot take.",
        "Please write it differently.",
      );
    }
    const files = (body.file_ids ?? []).flatMap((id) => this.#files.get(id)?.ref ?? []);
    const author: Author = { type: "customer", id: thread.customer, name: null };
    const message = this.#add(thread, author, body.text, { client_id: body.client_id, files });
    if (thread.conversation.handler === "assistant") this.#answer(thread, body.text);
    return message;
  }

  #answer(thread: Thread, text: string): void {
    const answer = () => {
      if (/person/i.test(text)) return this.#queue(thread);
      this.#add(thread, ASSISTANT, ANSWER, { generated: true, sources: SOURCES });
      this.#change(thread, { topic: "Returns" });
    };
    this.#typing(thread, ASSISTANT);
    const { think_ms = 0 } = this.#options;
    if (think_ms) setTimeout(answer, think_ms);
    else queueMicrotask(answer);
  }

  #queue(thread: Thread): void {
    if (thread.conversation.handler !== "assistant") return;
    const { number, topic } = thread.conversation;
    this.#change(thread, {
      handler: "queue",
      receipt: {
        at: now(),
        reference: number,
        reason_text: "You asked for a person.",
        topic: topic ?? "Returns",
        place: this.#place,
        promise: this.#isAvailable
          ? "A person usually answers within 6 minutes. You may close this; we keep your place."
          : "A person answers from 08:00 on Monday. We keep your place until then.",
      },
    });
    const text = `You are in the queue. Reference #${number}.`;
    this.#add(thread, SYSTEM, text, { kind: "event", code: "receipt" });
  }

  #join(thread: Thread): void {
    this.#change(thread, { handler: "agent", agent_name: AGENT.name });
    this.#add(thread, SYSTEM, "Amira Holm has joined.", { kind: "event", code: "agent_joined" });
  }

  #say(thread: Thread, author: Author, text: string): void {
    const hasFile = text.includes("(file)");
    this.#add(thread, author, text.replace("(file)", "").trim(), {
      files: hasFile ? [...this.#files.values()].map(({ ref }) => ref) : [],
    });
  }

  #close(thread: Thread): void {
    this.#change(thread, { state: "closed" });
    this.#add(thread, SYSTEM, "The conversation was closed.", { kind: "event", code: "closed" });
  }

  #typing({ conversation, customer }: Thread, author: Author): void {
    this.#broadcast("typing", { conversation_id: conversation.id, author }, customer);
  }

  #add(thread: Thread, author: Author, text: string, more: Partial<WidgetMessage>): WidgetMessage {
    const message: WidgetMessage = {
      id: this.#id("message"),
      version: 1,
      conversation_id: thread.conversation.id,
      position: thread.messages.length + 1,
      author,
      kind: "text",
      code: null,
      text,
      generated: false,
      sources: [],
      choices: [],
      files: [],
      client_id: null,
      created_at: now(),
      ...more,
    };
    thread.messages.push(message);
    this.#journalise(thread.customer, "message", message);
    this.#change(thread, {});
    return message;
  }

  #change(thread: Thread, change: Partial<WidgetConversation>): void {
    const version = thread.conversation.version + 1;
    thread.conversation = { ...thread.conversation, ...change, version, updated_at: now() };
    this.#journalise(thread.customer, "conversation", thread.conversation);
  }

  #journalise(customer: string, subject: string, data: { id: string; version: number }): void {
    const { id, version } = data;
    const seq = (this.#seq += 1);
    const change = { seq, kind: `${subject}.changed`, subject, id, version, data };
    const event = `id: ${seq}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;
    this.#journal.push({ customer, event, seq });
    for (const [stream, owner] of this.#streams) if (owner === customer) stream.write(event);
  }

  #broadcast(name: string, data: unknown, customer?: string): void {
    for (const [stream, owner] of this.#streams) {
      if (customer && owner !== customer) continue;
      stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  #follow(customer: string, request: IncomingMessage, response: ServerResponse): undefined {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: hello\ndata: {"seq": ${this.#seq}}\n\n`);
    const after = Number(request.headers["last-event-id"] ?? this.#seq);
    for (const { customer: owner, event, seq } of this.#journal) {
      if (owner === customer && seq > after) response.write(event);
    }
    this.#streams.set(response, customer);
    const beat = setInterval(() => response.write(": beat\n\n"), 15_000);
    response.on("close", () => {
      clearInterval(beat);
      this.#streams.delete(response);
    });
  }

  #upload(url: URL, body: Buffer, request: IncomingMessage): FileRef {
    const ref: FileRef = {
      id: this.#id("file"),
      name: url.searchParams.get("name") ?? "file",
      content_type: request.headers["content-type"] ?? "application/octet-stream",
      size_bytes: body.length,
    };
    this.#files.set(ref.id, { ref, content: body });
    return ref;
  }

  #download(id: string, response: ServerResponse): undefined {
    const file = this.#files.get(id) ?? refuse(404, "No such file.", "");
    response.writeHead(200, { "content-type": file.ref.content_type }).end(file.content);
  }

  #page(path: string, response: ServerResponse): void {
    const page = this.#options.serve?.(path);
    if (!page) return void response.writeHead(404).end("not found");
    response.writeHead(200, { "content-type": page.type, "cache-control": "no-store" });
    response.end(page.body);
  }

  #id(kind: string): string {
    this.#n_ids += 1;
    return `${kind}-${this.#n_ids}`;
  }
}

interface Sent {
  text: string;
  client_id: string;
  file_ids?: string[];
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly hint: string,
  ) {
    super(detail);
  }
}

function refuse(status: number, detail: string, hint: string): never {
  throw new Refusal(status, detail, hint);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const type = status >= 400 ? "application/problem+json" : "application/json";
  response.writeHead(status, { "content-type": type });
  response.end(body === null ? undefined : JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function json<T>(body: Buffer): T {
  return JSON.parse(body.toString("utf8") || "{}") as T;
}

function source(n: number, slug: string, title: string): Source {
  return { n, article_id: `article-${n}`, slug, title, quote: "" };
}

function now(): string {
  return new Date().toISOString();
}
