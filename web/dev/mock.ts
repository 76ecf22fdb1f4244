// A desk inside the development server: the contract's answers, without a desk.
// Open /?mock=empty, failing, loading, many, diskfull, lost or full to see each state; a cookie
// keeps the choice.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import type { Article, Author, Conversation, Message, View } from "../src/api/types.ts";
import { belongs, compare } from "../src/live/views.ts";
import { addConversation, drawsFrom, makeFailedJobs, makeWorld, type World } from "./fixtures.ts";

const LIVELY_MS = 6_000;
const ME = "agent-1";

type Context = { mode: string; world: World; url: URL; body: any; id: string; emit: Emit };
type Emit = (subject: string, id: string, version: number, data: unknown) => void;
type Answer = { status: number; body?: unknown };

export function mockDesk(): Plugin {
  const world = makeWorld(Date.now());
  const many = {
    ...world,
    failedJobs: makeFailedJobs(100, (ago_ms) => new Date(Date.now() - ago_ms).toISOString()),
  };
  const empty = { ...makeWorld(Date.now(), 0), topics: [], articles: [], examples: [] };
  const streams = new Set<ServerResponse>();

  const send = (name: string, data: unknown, id?: number) => {
    const text = `${id ? `id: ${id}\n` : ""}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of streams) stream.write(text);
  };
  const emit: Emit = (subject, id, version, data) => {
    world.seq += 1;
    const change = { seq: world.seq, kind: `${subject}.changed`, subject, id, version, data };
    send("change", change, world.seq);
  };

  return {
    name: "mock-desk",
    configureServer(server) {
      if (process.env.MOCK_LIVELY !== "0") keepLively(world, emit, send);
      setInterval(() => {
        for (const stream of streams) stream.write(": beat\n\n");
      }, 15_000).unref();

      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? "/", "http://mock");
        const wanted = url.searchParams.get("mock");
        if (wanted) response.setHeader("set-cookie", `mock=${wanted}; Path=/`);
        if (!url.pathname.startsWith("/api/v1")) return next();
        void answer(request, response, url);
      });

      async function answer(request: IncomingMessage, response: ServerResponse, url: URL) {
        const mode = /mock=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "full";
        const path = url.pathname.slice("/api/v1".length);
        if (path === "/events") return follow(request, response);
        const isFrame = path === "/me" || path === "/session" || path === "/setup";
        if (mode === "signedout" && path === "/me")
          return give(
            response,
            problem(401, "unauthenticated", "You are not signed in.", "Sign in and try again."),
          );
        if (mode === "loading" && !isFrame) return;
        if (mode === "failing" && !isFrame) {
          return give(
            response,
            problem(
              503,
              "busy",
              "The desk is too busy to answer this.",
              "Wait a few seconds, then try again.",
            ),
          );
        }
        if (mode === "lost" && !isFrame) {
          return give(
            response,
            problem(
              503,
              "database_lost",
              "The desk's database cannot be reached.",
              "Send the request again in a moment, with the same key or client id.",
            ),
          );
        }
        if (mode === "diskfull" && !isFrame && request.method !== "GET" && !isAsking(path)) {
          return give(
            response,
            problem(
              507,
              "full",
              "The desk's disk is full; nothing was changed.",
              "Tell the person who runs the desk to free space.",
            ),
          );
        }
        const body = await readBody(request);
        const known = mode === "empty" ? empty : mode === "many" ? many : world;
        give(
          response,
          route(request.method ?? "GET", path, { mode, world: known, url, body, id: "", emit }),
        );
      }

      function follow(request: IncomingMessage, response: ServerResponse) {
        response.writeHead(200, {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
        });
        response.write(`event: hello\ndata: ${JSON.stringify({ seq: world.seq })}\n\n`);
        streams.add(response);
        request.on("close", () => streams.delete(response));
      }
    },
  };
}

const ROUTES: [string, RegExp, (context: Context) => Answer][] = [
  ["GET", /^\/setup$/, () => ok({ needed: true, sends_mail: true })],
  ["POST", /^\/password\/forgot$/, () => ok({})],
  ["POST", /^\/agents\/([^/]+)\/invite$/, () => ok({})],
  [
    "GET",
    /^\/mail$/,
    () =>
      ok({
        server: { host: "mail.example", from: "Fjordhus <help@fjordhus.example>" },
        waiting: 1,
        sent: 31,
        failed: 1,
        mailbox: { name: "help at mail.fjordhus.example, INBOX", failure: null },
        incoming: { taken: 214, ignored: 31, quarantined: 2 },
        quarantined: [
          {
            key: "q1",
            sender: "karin@customer.example",
            subject: "Bilder på soffan",
            reason: "It is larger than 30 MB.",
            received_at: new Date(Date.now() - 3_600_000).toISOString(),
          },
          {
            key: "q2",
            sender: "",
            subject: "",
            reason: "The message cannot be read: it names no sender.",
            received_at: new Date(Date.now() - 86_400_000).toISOString(),
          },
        ],
        unsent: [
          {
            id: "01990000-0000-7000-8000-0000000000f1",
            kind: "invitation",
            recipient: "new@fjordhus.example",
            state: "failed",
            n_attempts: 1,
            failure: "permanent error (550): no such mailbox",
            created_at: new Date(Date.now() - 3_600_000).toISOString(),
            failed_at: new Date(Date.now() - 3_590_000).toISOString(),
          },
        ],
      }),
  ],
  [
    "POST",
    /^\/setup$/,
    ({ world, body }) =>
      ok({ token: "t", expires_at: "", agent: { ...world.agents[0], name: body.name } }, 201),
  ],
  [
    "POST",
    /^\/session$/,
    ({ world, body }) =>
      body.password === "wrong"
        ? problem(
            401,
            "unauthenticated",
            "This e-mail and password do not belong together.",
            "Check both, or ask an owner for a new password.",
          )
        : ok({ token: "t", expires_at: "", agent: world.agents[0] }, 201),
  ],
  ["DELETE", /^\/session$/, () => ({ status: 204 })],
  ["GET", /^\/me$/, ({ world }) => ok({ agent: world.agents[0], desk: world.desk })],
  [
    "PUT",
    /^\/me\/presence$/,
    ({ world, body, emit }) => {
      const agent = {
        ...world.agents[0]!,
        presence: body.presence,
        version: world.agents[0]!.version + 1,
      };
      world.agents[0] = agent;
      emit("agent", agent.id, agent.version, agent);
      return ok(agent);
    },
  ],
  ["GET", /^\/agents$/, ({ world }) => page(world.agents)],
  [
    "POST",
    /^\/agents$/,
    ({ body }) =>
      body.email.includes("taken")
        ? problem(409, "conflict", "An agent with this e-mail exists.", "Use another address.", [
            { field: "email", detail: "already in use" },
          ])
        : ok(
            {
              ...body,
              id: crypto.randomUUID(),
              version: 1,
              presence: "away",
              disabled: false,
              created_at: now(),
            },
            201,
          ),
  ],
  [
    "PATCH",
    /^\/agents\/([^/]+)$/,
    ({ world, id, body: { password, ...change } }) =>
      password?.includes("wrong")
        ? problem(400, "invalid", "It is refused.", "Choose a longer one; a few words are good.", [
            { field: "password", detail: "It is refused." },
          ])
        : changeIn(world.agents, id, change),
  ],
  ["GET", /^\/conversations$/, listConversations],
  [
    "GET",
    /^\/conversations\/([^/]+)$/,
    ({ world, id }) => {
      const conversation = world.conversations.get(id);
      if (!conversation)
        return problem(
          404,
          "not_found",
          "There is no such conversation.",
          "It may have been erased; go back to the list.",
        );
      return ok({
        conversation,
        customer: world.customers.get(conversation.customer.id),
        messages: world.messages.get(id) ?? [],
        cases: world.cases.get(id) ?? [],
        handoffs: world.handoffs.get(id) ?? [],
        calls: [],
        survey: world.surveys.get(id) ?? null,
      });
    },
  ],
  ["POST", /^\/conversations\/([^/]+)\/messages$/, postMessage],
  [
    "POST",
    /^\/conversations\/([^/]+)\/claim$/,
    ({ world, id, body, emit }) => {
      const held = world.conversations.get(id);
      if (held?.handler === "agent" && held.agent?.id !== ME && !body.take_over)
        return problem(
          409,
          "conflict",
          `${held.agent?.name} holds this conversation.`,
          "Ask them to release it, or leave a note.",
        );
      return changed(world, id, emit, {
        handler: "agent",
        agent: myself(world),
        waiting_since: null,
      });
    },
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/release$/,
    ({ world, id, emit }) =>
      changed(world, id, emit, { handler: "queue", agent: null, waiting_since: now() }),
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/close$/,
    ({ world, id, emit }) =>
      changed(world, id, emit, { state: "closed", closed_at: now(), waiting_since: null }),
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/reopen$/,
    ({ world, id, emit }) =>
      changed(world, id, emit, {
        state: "open",
        closed_at: null,
        handler: "agent",
        agent: myself(world),
      }),
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/assign$/,
    ({ world, id, body, emit }) => {
      const agent = world.agents.find((one) => one.id === body.agent_id)!;
      return changed(world, id, emit, {
        handler: "agent",
        agent: { id: agent.id, name: agent.name },
        waiting_since: null,
      });
    },
  ],
  [
    "PUT",
    /^\/conversations\/([^/]+)\/topic$/,
    ({ world, id, body, emit }) => {
      const topic = world.topics.find((one) => one.id === body.topic_id)!;
      return changed(world, id, emit, { topic: { id: topic.id, name: topic.name } });
    },
  ],
  [
    "POST",
    /^\/conversations\/([^/]+)\/drafts\/[^/]+\/discard$/,
    ({ world, id, emit }) => answerDraft(world, id, emit, "discarded"),
  ],
  ["POST", /^\/conversations\/([^/]+)\/typing$/, () => ({ status: 204 })],
  [
    "GET",
    /^\/counts$/,
    ({ world }) => {
      const all = [...world.conversations.values()];
      const count = (view: View) => all.filter((one) => belongs(one, view, ME)).length;
      return ok({
        waiting: count("waiting"),
        mine: count("mine"),
        ai: count("ai"),
        closed: count("closed"),
        all: all.length,
      });
    },
  ],
  ["GET", /^\/overview$/, overview],
  [
    "GET",
    /^\/assistant$/,
    () =>
      ok({
        models: [
          { name: "small-1", host: "models.example", rests_seconds: null },
          { name: "large-2", host: "elsewhere.example", rests_seconds: 40 },
        ],
        instruction: "understand 1",
        tokens_a_day: 2_000_000,
        tokens_today: 431_200,
        uses: [
          {
            day: new Date().toISOString().slice(0, 10),
            model: "small-1",
            questions: 812,
            failures: 3,
            tokens_in: 412_800,
            tokens_out: 18_400,
          },
        ],
      }),
  ],
  ["GET", /^\/jobs\/failed$/, ({ world }) => page(world.failedJobs)],
  ["POST", /^\/jobs\/([^/]+)\/retry$/, leaveJobs],
  ["DELETE", /^\/jobs\/([^/]+)$/, leaveJobs],
  [
    "POST",
    /^\/files$/,
    ({ url }) =>
      ok(
        {
          id: crypto.randomUUID(),
          name: url.searchParams.get("name"),
          content_type: "image/png",
          size_bytes: 48_200,
        },
        201,
      ),
  ],
  ["GET", /^\/topics$/, ({ world }) => page(world.topics)],
  [
    "POST",
    /^\/topics$/,
    ({ world, body }) => {
      const topic = {
        ...world.topics[0]!,
        ...body,
        id: crypto.randomUUID(),
        version: 1,
        level: "off",
        level_set_by: null,
        level_set_at: null,
        level_reason: "",
        n_examples: 0,
      };
      world.topics.push(topic);
      return ok(topic, 201);
    },
  ],
  [
    "POST",
    /^\/topics\/retrain$/,
    () => ok({ trained_at: now(), n_examples: 413, n_topics: 10, seconds: 0.8 }),
  ],
  ["POST", /^\/topics\/test$/, testSentence],
  [
    "GET",
    /^\/topics\/([^/]+)$/,
    ({ world, id }) =>
      found(
        world.topics.find((one) => one.id === id),
        "topic",
      ),
  ],
  ["PATCH", /^\/topics\/([^/]+)$/, ({ world, id, body }) => changeIn(world.topics, id, body)],
  [
    "PUT",
    /^\/topics\/([^/]+)\/level$/,
    ({ world, id, body }) =>
      changeIn(world.topics, id, {
        level: body.level,
        share: body.share ?? 0,
        level_reason: body.reason,
        level_set_by: myself(world),
        level_set_at: now(),
      }),
  ],
  [
    "GET",
    /^\/topics\/([^/]+)\/examples$/,
    ({ world, id }) => page(world.examples.filter((one) => one.topic_id === id)),
  ],
  [
    "POST",
    /^\/topics\/([^/]+)\/examples$/,
    ({ world, id, body }) => {
      const example = { id: crypto.randomUUID(), topic_id: id, text: body.text, created_at: now() };
      world.examples.unshift(example);
      return ok(example, 201);
    },
  ],
  [
    "DELETE",
    /^\/topics\/[^/]+\/examples\/([^/]+)$/,
    ({ world, id }) => {
      world.examples = world.examples.filter((one) => one.id !== id);
      return { status: 204 };
    },
  ],
  ["GET", /^\/articles$/, ({ world }) => page(world.articles)],
  [
    "POST",
    /^\/articles$/,
    ({ world, body }) => {
      const article = {
        ...world.articles[0]!,
        ...body,
        id: crypto.randomUUID(),
        version: 1,
        state: "draft",
        updated_at: now(),
        updated_by: myself(world),
      };
      world.articles.push(article);
      return ok(article, 201);
    },
  ],
  ["POST", /^\/articles\/preview$/, ({ body }) => ok({ html: previewOf(body.body) })],
  [
    "GET",
    /^\/articles\/([^/]+)$/,
    ({ world, id }) =>
      found(
        world.articles.find((one) => one.id === id),
        "article",
      ),
  ],
  [
    "PUT",
    /^\/articles\/([^/]+)$/,
    ({ world, id, body, emit }) => {
      const article = world.articles.find((one) => one.id === id);
      if (article && (article.version !== body.version || body.title.includes("conflict"))) {
        if (article.version === body.version)
          changeIn(world.articles, id, {
            body: `${article.body}\n\nTom's sentence.`,
            updated_at: now(),
          });
        return problem(
          409,
          "conflict",
          "Somebody saved this article meanwhile.",
          "Compare both versions.",
        );
      }
      const saved = changeIn(world.articles, id, {
        ...body,
        version: undefined,
        updated_at: now(),
        updated_by: myself(world),
      });
      // As the desk does: the event has neither the text nor the questions.
      const { body: _body, questions: _questions, ...summary } = saved.body as Article;
      emit("article", id, summary.version, summary);
      return saved;
    },
  ],
  [
    "DELETE",
    /^\/articles\/([^/]+)$/,
    ({ world, id }) => {
      world.articles = world.articles.filter((one) => one.id !== id);
      return { status: 204 };
    },
  ],
  [
    "POST",
    /^\/articles\/([^/]+)\/publish$/,
    ({ world, id }) => changeIn(world.articles, id, { state: "published", published_at: now() }),
  ],
  [
    "POST",
    /^\/articles\/([^/]+)\/unpublish$/,
    ({ world, id }) => changeIn(world.articles, id, { state: "draft", published_at: null }),
  ],
  ["GET", /^\/sample$/, () => ok({ topics: 0, articles: 0 })],
  ["POST", /^\/sample$/, () => ok({ topics: 12, articles: 52 })],
  ["DELETE", /^\/sample$/, () => ok({ topics: 0, articles: 0 })],
  ["GET", /^\/inboxes$/, ({ world }) => page([world.inbox])],
  [
    "PATCH",
    /^\/inboxes\/([^/]+)$/,
    ({ world, body }) => ok(Object.assign(world.inbox, body, { version: world.inbox.version + 1 })),
  ],
  [
    "PATCH",
    /^\/desk$/,
    ({ world, body }) => ok(Object.assign(world.desk, body, { version: world.desk.version + 1 })),
  ],
];

function route(method: string, path: string, context: Context): Answer {
  for (const [wanted, pattern, handle] of ROUTES) {
    const match = pattern.exec(path);
    if (wanted === method && match) return handle({ ...context, id: match[1] ?? "" });
  }
  return problem(404, "not_found", `The mock has no ${method} ${path}.`, "Add it to dev/mock.ts.");
}

function listConversations({ world, url }: Context): Answer {
  const view = (url.searchParams.get("view") ?? "waiting") as View;
  const q = url.searchParams.get("q")?.toLowerCase() ?? "";
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const limit = Number(url.searchParams.get("limit") ?? 50);
  const rows = [...world.conversations.values()]
    .filter((one) => belongs(one, view, ME))
    .filter((one) => !q || `#${one.number}` === q || one.subject.toLowerCase().includes(q))
    .sort((a, b) => compare(view, a, b));
  const next = from + limit < rows.length ? String(from + limit) : null;
  return ok({ items: rows.slice(from, from + limit), next_cursor: next });
}

function postMessage({ world, id, body, emit }: Context): Answer {
  if (body.text.includes("fail"))
    return problem(
      503,
      "busy",
      "The desk is too busy to take this message.",
      "Send it again in a moment.",
    );
  const author: Author = { type: "agent", ...myself(world) };
  if (body.draft_id) answerDraft(world, id, emit, "sent");
  const kind = body.kind === "note" ? "note" : "text";
  const message = addMessage(world, id, {
    author,
    kind,
    text: body.text,
    client_id: body.client_id ?? null,
  });
  emit("message", message.id, message.version, message);
  if (kind === "text")
    changed(world, id, emit, {
      handler: "agent",
      agent: myself(world),
      waiting_since: null,
      has_draft: false,
      needs_reply: false,
      last_message: { author_type: "agent", text: body.text, at: now() },
    });
  return ok(message, 201);
}

/** What only works something out needs no room on the disk. */
function isAsking(path: string): boolean {
  return path.endsWith("/typing") || path === "/topics/test" || path === "/articles/preview";
}

/** The second in the list was taken by somebody else, to see what is said then. */
function leaveJobs({ world, id }: Context): Answer {
  const job = world.failedJobs.find((one) => one.id === id);
  world.failedJobs = world.failedJobs.filter((one) => one.id !== id);
  return job && id !== "job-2" ? { status: 204 } : found(undefined, "failed job");
}

function overview({ mode, world }: Context): Answer {
  const all = [...world.conversations.values()];
  const draw = drawsFrom(11);
  const count = (view: View) => all.filter((one) => belongs(one, view, ME)).length;
  const hour = Math.floor(Date.now() / 3_600_000);
  return ok({
    at: now(),
    now: {
      waiting: count("waiting"),
      waiting_first: all.filter((one) => one.priority === "first" && belongs(one, "waiting", ME))
        .length,
      longest_wait_ms: all.length ? 151 * 60_000 : null,
      ai: count("ai"),
      with_agents: all.filter((one) => one.state === "open" && one.handler === "agent").length,
      agents_available: world.agents.filter((one) => one.presence === "available").length,
    },
    state: {
      jobs_waiting: mode === "many" ? 12 : 0,
      jobs_stuck: mode === "many" ? 2 : 0,
      jobs_failed: world.failedJobs.length,
      is_read_only: mode === "diskfull",
      is_database_lost: false,
    },
    today: {
      conversations: all.length,
      answered_by_ai: all.length && 61,
      handed_over: all.length && 24,
      answered_by_people: all.length && 38,
      closed: count("closed"),
      median_wait_ms: all.length ? 134_000 : null,
      n_waits: all.length && 52,
      survey_good: all.length && 27,
      n_surveys: all.length && 31,
    },
    topics: world.topics.map((topic) => {
      const today = Math.floor(draw() * 40);
      const by_ai = topic.level === "supervised" ? Math.round(today * topic.share) : 0;
      return {
        topic: { id: topic.id, name: topic.name },
        level: topic.level,
        today,
        by_ai,
        by_people: today - by_ai,
        waiting: Math.floor(draw() * 3),
      };
    }),
    hours: Array.from({ length: 24 }, (_, index) => {
      const at = new Date((hour - 23 + index) * 3_600_000);
      const busy =
        all.length === 0
          ? 0
          : 3 + 22 * Math.max(0, Math.sin(((at.getUTCHours() - 6) / 14) * Math.PI));
      return {
        hour: at.toISOString(),
        by_ai: Math.round(busy * (0.5 + draw() * 0.4)),
        by_people: Math.round(busy * (0.2 + draw() * 0.4)),
      };
    }),
    agents: world.agents.map((agent) => ({
      agent: { id: agent.id, name: agent.name },
      presence: agent.presence,
      n_open: all.filter((one) => one.state === "open" && one.agent?.id === agent.id).length,
    })),
  });
}

function testSentence({ world, body }: Context): Answer {
  const isFirst = /died|death|lost my job/i.test(body.text);
  const ranked = world.topics
    .slice(0, 4)
    .map((topic, index) => ({
      topic: { id: topic.id, name: topic.name },
      confidence: [0.82, 0.11, 0.04, 0.02][index] ?? 0,
    }));
  return ok({
    language: "en",
    topics: ranked,
    decided: isFirst
      ? { id: "topic-7", name: "Cannot pay this month" }
      : (ranked[0]?.topic ?? null),
    people_first: isFirst ? "the words speak of hardship" : null,
    answer: isFirst
      ? null
      : {
          text: "Parcels take one to three working days [1].",
          sources: [
            {
              n: 1,
              article_id: "article-1",
              slug: "where-is-my-order",
              title: "Where is my order",
              quote: "Parcels inside the country take one to three working days.",
            },
          ],
          confidence: 0.74,
        },
    would: isFirst
      ? "A person answers, first in the queue."
      : "60 of 100 such cases are answered by the assistant with this text, the others by people.",
  });
}

function keepLively(world: World, emit: Emit, send: (name: string, data: unknown) => void): void {
  const draw = drawsFrom(Date.now() % 9973);
  setInterval(() => {
    const choice = draw();
    if (choice < 0.35) {
      const index = world.conversations.size;
      const made = addConversation(world, index, Date.now() + index * 61 * 60_000, draw);
      const fresh: Conversation = {
        ...made,
        state: "open",
        closed_at: null,
        handler: "queue",
        agent: null,
        waiting_since: now(),
        updated_at: now(),
        needs_reply: true,
      };
      world.conversations.set(made.id, fresh);
      emit("conversation", fresh.id, fresh.version, fresh);
      return;
    }
    const open = [...world.conversations.values()].filter((one) => one.state === "open");
    const one = open[Math.floor(draw() * open.length)];
    if (!one) return;
    const author: Author = { type: "customer", id: one.customer.id, name: one.customer.name };
    if (choice < 0.5) return send("typing", { conversation_id: one.id, author });
    const message = addMessage(world, one.id, {
      author,
      kind: "text",
      text: "Are you still there?",
      client_id: null,
    });
    emit("message", message.id, message.version, message);
    changed(world, one.id, emit, {
      needs_reply: true,
      last_message: { author_type: "customer", text: message.text, at: now() },
    });
  }, LIVELY_MS).unref();
}

function addMessage(
  world: World,
  id: string,
  part: Pick<Message, "author" | "kind" | "text" | "client_id">,
): Message {
  const messages = world.messages.get(id) ?? [];
  const message: Message = {
    ...part,
    id: crypto.randomUUID(),
    version: 1,
    conversation_id: id,
    position: messages.length + 1,
    code: null,
    generated: false,
    sources: [],
    choices: [],
    wrong: false,
    files: [],
    draft_state: null,
    door: "chat",
    created_at: now(),
  };
  world.messages.set(id, [...messages, message]);
  return message;
}

function answerDraft(
  world: World,
  id: string,
  emit: Emit,
  draft_state: "sent" | "discarded",
): Answer {
  const draft = world.messages.get(id)?.find((one) => one.draft_state === "pending");
  if (!draft) return problem(409, "conflict", "This draft was answered already.", "");
  Object.assign(draft, { draft_state, version: draft.version + 1 });
  emit("message", draft.id, draft.version, draft);
  changed(world, id, emit, { has_draft: false });
  return ok(draft);
}

function changed(world: World, id: string, emit: Emit, change: Partial<Conversation>): Answer {
  const before = world.conversations.get(id);
  if (!before) return problem(404, "not_found", "There is no such conversation.", "");
  const after = { ...before, ...change, version: before.version + 1, updated_at: now() };
  world.conversations.set(id, after);
  emit("conversation", id, after.version, after);
  return ok(after);
}

function changeIn(list: { id: string; version: number }[], id: string, change: object): Answer {
  const at = list.findIndex((one) => one.id === id);
  const before = list[at];
  if (!before) return problem(404, "not_found", "It is not there any more.", "");
  const after = { ...before, ...change, version: before.version + 1 };
  list[at] = after;
  return ok(after);
}

const now = () => new Date().toISOString();
const ok = (body: unknown, status = 200): Answer => ({ status, body });
const page = (items: unknown[]): Answer => ok({ items, next_cursor: null });
const found = (item: unknown, what: string) =>
  item
    ? ok(item)
    : problem(
        404,
        "not_found",
        `There is no such ${what}.`,
        "It may have been deleted; go back to the list.",
      );
const myself = (world: World) => ({ id: ME, name: world.agents[0]?.name ?? "" });

function problem(
  status: number,
  code: string,
  detail: string,
  hint: string,
  errors?: unknown,
): Answer {
  return { status, body: { type: "about:blank", title: code, status, code, detail, hint, errors } };
}

function previewOf(markdown: string): string {
  const safe = markdown.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return safe
    .split(/\n{2,}/)
    .map((block) => {
      if (block.startsWith("## ")) return `<h2>${block.slice(3)}</h2>`;
      if (block.startsWith("- "))
        return `<ul>${block
          .split("\n")
          .map((line) => `<li>${line.slice(2)}</li>`)
          .join("")}</ul>`;
      return `<p>${block}</p>`;
    })
    .join("")
    .replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>");
}

async function readBody(request: IncomingMessage): Promise<any> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString() || "{}");
  } catch {
    return {};
  }
}

function give(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    "content-type": status >= 400 ? "application/problem+json" : "application/json",
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
