// A seeded shop for pictures and for work without a server: the same on every start.
import type {
  Agent,
  Article,
  Case,
  Conversation,
  Customer,
  Desk,
  Example,
  FailedJob,
  Handoff,
  Inbox,
  Level,
  Message,
  Source,
  Survey,
  Topic,
} from "../src/api/types.ts";

export type World = {
  seq: number;
  desk: Desk;
  agents: Agent[];
  topics: Topic[];
  examples: Example[];
  articles: Article[];
  inbox: Inbox;
  conversations: Map<string, Conversation>;
  customers: Map<string, Customer>;
  messages: Map<string, Message[]>;
  cases: Map<string, Case[]>;
  handoffs: Map<string, Handoff[]>;
  surveys: Map<string, Survey>;
  failedJobs: FailedJob[];
};

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** A small generator with a fixed seed, so that two pictures can be compared. */
export function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const AGENTS: [string, Agent["role"], Agent["presence"]][] = [
  ["Ines Aldana", "owner", "available"],
  ["Tom Reyes", "lead", "available"],
  ["Saga Nyberg", "agent", "available"],
  ["Oluwaseun Adebayo-Whitfield", "agent", "away"],
  ["Jun Park", "agent", "away"],
];

const TOPICS: [string, Level, number, boolean, string][] = [
  ["Where is my order", "supervised", 0.6, false, "Answers come straight from the carrier."],
  ["Refund for a broken item", "draft", 0.5, false, "Drafts read well; people still send them."],
  ["Move an instalment", "supervised", 0.3, false, "Two quiet weeks in drafts."],
  ["Charged twice", "off", 0, false, "Money has moved wrongly: people only, for now."],
  ["Change the delivery address", "draft", 0.5, false, "Trying drafts before anything else."],
  ["Return an item", "supervised", 0.5, false, "The rules are short and all written down."],
  ["Cannot pay this month", "off", 0, true, "Hardship is for people."],
  ["A death in the family", "off", 0, true, "Bereavement is for people."],
  ["Gift card does not work", "off", 0, false, ""],
  ["Donaudampfschifffahrtsgesellschaftsgutschein einlösen", "off", 0, false, "Seltene Fragen."],
];

const ASKED: { topic: number | null; language: string; texts: string[]; name: string }[] = [
  {
    topic: 1,
    language: "sv",
    name: "Maja Lind",
    texts: ["Hej, paketet kom fram men vasen är helt sönder. Kan jag få pengarna tillbaka?"],
  },
  {
    topic: 0,
    language: "en",
    name: "Priya Raman",
    texts: ["Where is my order 8821? It should have been here on Friday."],
  },
  {
    topic: 6,
    language: "en",
    name: "Dorothy Quill",
    texts: ["I lost my job and cannot pay the instalment on the 28th. I do not know what to do."],
  },
  {
    topic: 3,
    language: "de",
    name: "Friedrich-Wilhelm Hohenlohe-Schillingsfürst",
    texts: [
      "Die Rückerstattungsbestätigungsnummer fehlt, und der Betrag wurde zweimal abgebucht. Bitte um Zahlungsbestätigung.",
    ],
  },
  {
    topic: 5,
    language: "fr",
    name: "Luc Marchand",
    texts: ["Bonjour, je voudrais renvoyer les chaussures, elles sont trop petites."],
  },
  {
    topic: 4,
    language: "ar",
    name: "ليلى حداد",
    texts: ["مرحبا، انتقلت إلى عنوان جديد. هل يمكنكم تغيير عنوان التسليم للطلب 9140؟"],
  },
  {
    topic: 2,
    language: "en",
    name: "Tomasz Bielik",
    texts: ["Can I move the next instalment to the fifth of next month?"],
  },
  { topic: null, language: "en", name: "", texts: ["hello"] },
  {
    topic: 7,
    language: "en",
    name: "Hannah Osei",
    texts: ["My mother has died. She has an open order with you and I need it to stop."],
  },
  {
    topic: 8,
    language: "es",
    name: "Carmen Ibarra",
    texts: ["La tarjeta regalo dice que el código no existe."],
  },
  {
    topic: 0,
    language: "pl",
    name: "Zofia Krawczyk",
    texts: ["Gdzie jest moja paczka? Śledzenie nie działa od trzech dni."],
  },
  {
    topic: 1,
    language: "en",
    name: "Grace Abara",
    texts: ["The lamp arrived with a cracked shade, photo attached."],
  },
];

const REFUND: Source = {
  n: 1,
  article_id: "article-2",
  slug: "broken-items",
  title: "When something arrives broken",
  quote:
    "If an item arrives broken, you get your money back or a new one, as you like. Tell us within 30 days and add a photo.",
};
const CARRIER: Source = {
  n: 1,
  article_id: "article-1",
  slug: "where-is-my-order",
  title: "Where is my order",
  quote:
    "Parcels inside the country take one to three working days. The carrier updates the page each evening.",
};
const PROMISE: Source = {
  n: 2,
  article_id: "article-1",
  slug: "where-is-my-order",
  title: "Where is my order",
  quote:
    "If a parcel has not moved for five working days, we send it again or give the money back.",
};

export function makeWorld(now: number, n_conversations = 160): World {
  const draw = drawsFrom(7);
  const at = (ago_ms: number) => new Date(now - ago_ms).toISOString();
  const agents: Agent[] = AGENTS.map(([name, role, presence], index) => ({
    id: `agent-${index + 1}`,
    version: 1,
    name,
    role,
    presence,
    disabled: false,
    email: `${name.split(" ")[0]?.toLowerCase()}@desk.example`,
    created_at: at(90 * DAY),
  }));
  const lead = { id: "agent-2", name: "Tom Reyes" };
  const topics: Topic[] = TOPICS.map(([name, level, share, people_first, reason], index) => ({
    id: `topic-${index + 1}`,
    version: 1,
    name,
    slug: `topic-${index + 1}`,
    level,
    share,
    is_by_hand: true,
    ceiling: "autonomous",
    margin: 0.05,
    description: `What customers write about "${name.toLowerCase()}".`,
    level_reason: reason,
    level_set_by: reason ? lead : null,
    level_set_at: reason ? at((index + 1) * DAY) : null,
    people_first,
    answers_at_night: false,
    n_examples: 12 + Math.floor(draw() * 60),
    archived: false,
  }));
  const world: World = {
    seq: 800,
    agents,
    topics,
    desk: {
      version: 1,
      name: "Harbour & Pine",
      hours: "Monday to Friday, 08:00 to 18:00",
      demo: true,
      braked: false,
      model: { trained_at: at(3 * 60 * MINUTE), n_examples: 412, n_topics: 10 },
    },
    examples: topics.flatMap((topic, t) =>
      Array.from({ length: 14 }, (_, n) => ({
        id: `example-${t}-${n}`,
        topic_id: topic.id,
        created_at: at(n * DAY),
        text: `${ASKED[(t + n) % ASKED.length]?.texts[0]} (${n + 1})`,
      })),
    ),
    articles: makeArticles(at, lead),
    inbox: {
      id: "inbox-1",
      version: 1,
      name: "Web chat",
      kind: "web",
      key: "pk_4nQ7hV2",
      greeting: "Hello. Ask us anything about orders, returns and payments.",
      identity_secret: "1f0c6e2a9b774d53a1d5",
    },
    conversations: new Map(),
    customers: new Map(),
    messages: new Map(),
    cases: new Map(),
    handoffs: new Map(),
    surveys: new Map(),
    failedJobs: makeFailedJobs(n_conversations && 4, at),
  };
  for (let index = 0; index < n_conversations; index += 1) addConversation(world, index, now, draw);
  return world;
}

const FAILURES = [
  "The model answered 529: overloaded.",
  "The answer was cut off after 30 seconds.",
  null,
  "Zeitüberschreitung bei der Rückerstattungsbestätigungsnummernprüfung: the server at models.internal.example:8443 closed the connection before the answer was complete.",
];

export function makeFailedJobs(n: number, at: (ago_ms: number) => string): FailedJob[] {
  return Array.from({ length: n }, (_, index) => ({
    id: `job-${index + 1}`,
    kind: index % 3 === 1 ? ("draft" as const) : ("answer" as const),
    conversation_id: `conversation-${index + 1}`,
    conversation_number: 1042 + index,
    n_attempts: 1 + ((index + 4) % 5),
    failure: FAILURES[index % FAILURES.length] ?? null,
    failed_at: at((index * 47 + 6) * MINUTE),
  }));
}

function makeArticles(at: (ago_ms: number) => string, by: { id: string; name: string }): Article[] {
  const titles = [
    "Where is my order",
    "When something arrives broken",
    "How to move an instalment",
    "Returning an item",
    "Changing the delivery address",
    "Gift cards",
    "Paying by invoice",
    "Wie kann ich meine Rechnungszahlungsfristverlängerung beantragen",
    "Våra öppettider",
    "What we do with your data",
  ];
  return titles.map((title, index) => ({
    id: `article-${index + 1}`,
    version: 3,
    title,
    slug: `article-${index + 1}`,
    language: index === 7 ? "de" : index === 8 ? "sv" : "en",
    body: `Parcels inside the country take one to three working days.\n\n## What to do\n\n- Look at the carrier's page.\n- Wait until **the third day**.\n- Then write to us.\n\nWe answer from 08:00 to 18:00.`,
    topic_ids: index < 6 ? [`topic-${index + 1}`] : [],
    questions: ["where is my parcel", "my package has not come", "tracking does not move"],
    state: index % 4 === 3 ? "draft" : "published",
    updated_at: at(index * DAY + 3 * MINUTE),
    published_at: index % 4 === 3 ? null : at(index * DAY),
    updated_by: by,
  }));
}

export function addConversation(
  world: World,
  index: number,
  now: number,
  draw: () => number,
): Conversation {
  const asked = ASKED[index % ASKED.length]!;
  const topic = asked.topic === null ? null : world.topics[asked.topic]!;
  const id = `conversation-${index + 1}`;
  const ago_ms = index < 24 ? (index * 7 + 2) * MINUTE : index * 61 * MINUTE;
  const created_at = new Date(now - ago_ms - 6 * MINUTE).toISOString();
  const last_at = new Date(now - ago_ms).toISOString();
  const isClosed = index >= 70;
  const isFirst = Boolean(topic?.people_first);
  const handler = isClosed
    ? draw() < 0.5
      ? "assistant"
      : "agent"
    : (isFirst && index < 12) || index % 12 === 0 || index % 12 === 3 || index === 8
      ? "queue"
      : index % 12 === 1 || index % 12 === 5
        ? "agent"
        : "assistant";
  const agent = handler === "agent" ? world.agents[Math.floor(index / 6) % 3]! : null;
  const customer: Customer = {
    id: `customer-${index + 1}`,
    version: 1,
    name: asked.name || null,
    email: asked.name ? `customer${index + 1}@mail.example` : null,
    external_id: index % 2 ? null : `shop-${5000 + index}`,
    verified: index % 2 === 0,
    people_first: index % 29 === 5,
    locale: asked.language,
    created_at: new Date(now - (index + 20) * DAY).toISOString(),
  };
  world.customers.set(customer.id, customer);
  const hasDraft = handler === "queue" && topic?.level === "draft";
  const messages = makeMessages({
    id,
    index,
    asked,
    topic,
    handler,
    agent,
    hasDraft,
    created_at,
    last_at,
    customer,
  });
  world.messages.set(id, messages);
  const visible = messages.filter((one) => one.kind === "text").at(-1)!;
  const conversation: Conversation = {
    id,
    version: 1,
    number: 1042 + index,
    subject: asked.texts[0]!.slice(0, 80),
    state: isClosed ? "closed" : "open",
    handler,
    agent: agent && { id: agent.id, name: agent.name },
    priority: isFirst ? "first" : "normal",
    language: asked.language,
    topic: topic && { id: topic.id, name: topic.name },
    customer: { id: customer.id, name: customer.name, verified: customer.verified },
    inbox_id: "inbox-1",
    last_message: {
      author_type: visible.author.type,
      text: visible.text.slice(0, 140),
      at: last_at,
    },
    has_draft: hasDraft,
    waiting_since: handler === "queue" && !isClosed ? last_at : null,
    needs_reply: visible.author.type === "customer",
    created_at,
    updated_at: last_at,
    closed_at: isClosed ? last_at : null,
  };
  world.conversations.set(id, conversation);
  if (topic) addCase(world, conversation, topic);
  if (handler !== "assistant" && topic) addHandoff(world, conversation, topic, isFirst);
  if (isClosed && index % 3 === 0) {
    world.surveys.set(id, {
      score: 5 - (index % 2),
      comment: index % 2 ? null : "Quick and kind.",
      at: last_at,
    });
  }
  return conversation;
}

function makeMessages(given: {
  id: string;
  index: number;
  asked: (typeof ASKED)[number];
  topic: Topic | null;
  handler: Conversation["handler"];
  agent: Agent | null;
  hasDraft: boolean;
  created_at: string;
  last_at: string;
  customer: Customer;
}): Message[] {
  const { id, asked, topic, handler, agent, hasDraft, created_at, last_at, customer } = given;
  const messages: Message[] = [];
  const add = (part: Partial<Message> & Pick<Message, "author" | "text">, at = created_at) => {
    const position = messages.length + 1;
    messages.push({
      id: `${id}-message-${position}`,
      version: 1,
      conversation_id: id,
      position,
      kind: "text",
      code: null,
      generated: part.author.type === "ai",
      sources: [],
      choices: [],
      wrong: false,
      files: [],
      draft_state: null,
      door: "chat",
      client_id: null,
      created_at: at,
      ...part,
    });
  };
  const byCustomer = { type: "customer" as const, id: customer.id, name: customer.name };
  const byAi = { type: "ai" as const, id: null, name: "Assistant" };
  const bySystem = { type: "system" as const, id: null, name: null };
  add({
    author: bySystem,
    kind: "event",
    code: "ai_notice",
    text: "The shop's AI assistant may answer. A person can be asked for at any time.",
  });
  const files = asked.texts[0]?.includes("photo")
    ? [
        {
          id: "file-1",
          name: "lamp-shade-crack.jpg",
          content_type: "image/jpeg",
          size_bytes: 1_482_000,
        },
      ]
    : [];
  add({ author: byCustomer, text: asked.texts[0]!, files });
  const isOrder = topic?.id === "topic-1";
  if (handler === "assistant" || isOrder) {
    add({
      author: byAi,
      text: isOrder
        ? "Your parcel left us on Thursday and is with the carrier. Parcels take one to three working days [1]. If it has not moved for five working days, we send it again or give the money back [2]. You can follow it at https://carrier.example/track/8821."
        : "Here is what our pages say about it [1].",
      sources: isOrder ? [CARRIER, PROMISE] : [REFUND],
    });
  }
  if (handler === "queue" && topic) {
    add({
      author: byAi,
      text: "A person takes over from here. I have passed on what you wrote.",
      sources: [],
      choices: [],
      wrong: false,
    });
    add({
      author: bySystem,
      kind: "event",
      code: "receipt",
      text: "Handed over. A person answers; place 3 in the queue.",
    });
    add(
      {
        author: byCustomer,
        text: topic.people_first
          ? "Thank you. I would rather speak to somebody."
          : "OK, jag väntar. It was a present.",
      },
      last_at,
    );
  }
  if (hasDraft) {
    add(
      {
        author: byAi,
        kind: "draft",
        draft_state: "pending",
        door: "chat",
        sources: [REFUND],
        choices: [],
        wrong: false,
        text: "I am sorry that it came broken. You can have your money back or a new one, as you like [1]. Which would you prefer?",
      },
      last_at,
    );
  }
  if (handler === "agent" && agent) {
    add({ author: bySystem, kind: "event", code: "agent_joined", text: `${agent.name} joined.` });
    add(
      {
        author: { type: "agent", id: agent.id, name: agent.name },
        text: "Hello, I am looking at your order now. One moment, please.",
      },
      last_at,
    );
    add(
      {
        author: { type: "agent", id: "agent-2", name: "Tom Reyes" },
        kind: "note",
        text: "Third parcel from this depot this week. Worth a word with the carrier.",
      },
      last_at,
    );
    if (given.index % 2) add({ author: byCustomer, text: "Thank you, that helps a lot." }, last_at);
  }
  return messages;
}

function addCase(world: World, conversation: Conversation, topic: Topic): void {
  const isAi = conversation.handler === "assistant";
  world.cases.set(conversation.id, [
    {
      id: `case-${conversation.id}`,
      version: 1,
      conversation_ids: [conversation.id],
      topic: { id: topic.id, name: topic.name },
      opened_at: conversation.created_at,
      closed_at: null,
      assignment: {
        arm: isAi ? "ai" : "human",
        propensity: topic.level === "supervised" ? topic.share : isAi ? 1 : 0,
        eligible: topic.level === "supervised",
        randomised: topic.level === "supervised",
        level: topic.level,
        draft_shown: topic.level === "draft" ? true : null,
        reason: topic.people_first
          ? "People first: this topic is never given to the assistant."
          : topic.level === "supervised"
            ? `Drawn by chance: ${Math.round(topic.share * 100)} % of these cases go to the assistant.`
            : `The topic is at ${topic.level}, so people answer.`,
        at: conversation.created_at,
      },
    },
  ]);
}

function addHandoff(
  world: World,
  conversation: Conversation,
  topic: Topic,
  isFirst: boolean,
): void {
  world.handoffs.set(conversation.id, [
    {
      id: `handoff-${conversation.id}`,
      version: 1,
      conversation_id: conversation.id,
      at: conversation.updated_at,
      by: isFirst ? "rule" : "assignment",
      reason: isFirst ? "people_first" : "human_arm",
      reason_text: isFirst
        ? "Hardship and loss go to a person at once."
        : "This case was assigned to people.",
      summary: `${conversation.customer.name ?? "The customer"} writes about "${topic.name.toLowerCase()}" and waits for an answer.`,
      tried: ["Looked up the order", "Found the article on broken items"],
      missing: ["A photo of the damage", "Money back or a new one"],
      topic: { id: topic.id, name: topic.name },
      place: 3,
    },
  ]);
}
