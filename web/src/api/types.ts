// The contract's shapes under the names that the screens use.

export type Author = {
  type: "customer" | "ai" | "agent" | "system";
  id: string | null;
  name: string | null;
};
export type Level = "off" | "draft" | "supervised";
export type Role = "owner" | "lead" | "agent";
export type Presence = "available" | "away";
export type TopicRef = { id: string; name: string };
export type AgentRef = { id: string; name: string };
export type FileRef = { id: string; name: string; content_type: string; size_bytes: number };
export type Source = { n: number; article_id: string; slug: string; title: string; quote: string };

export type Conversation = {
  id: string;
  version: number;
  number: number;
  subject: string;
  state: "open" | "closed";
  handler: "assistant" | "queue" | "agent";
  agent: AgentRef | null;
  priority: "normal" | "first";
  language: string | null;
  topic: TopicRef | null;
  customer: { id: string; name: string | null; verified: boolean };
  inbox_id: string;
  last_message: { author_type: Author["type"]; text: string; at: string } | null;
  has_draft: boolean;
  waiting_since: string | null;
  needs_reply: boolean;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
};

export type Message = {
  id: string;
  version: number;
  conversation_id: string;
  position: number;
  author: Author;
  kind: "text" | "note" | "draft" | "event";
  code: string | null;
  text: string;
  generated: boolean;
  sources: Source[];
  files: FileRef[];
  draft_state: "pending" | "sent" | "discarded" | null;
  client_id: string | null;
  created_at: string;
};

export type Assignment = {
  arm: "ai" | "human";
  propensity: number;
  eligible: boolean;
  randomised: boolean;
  level: Level;
  reason: string;
  at: string;
};

export type Case = {
  id: string;
  version: number;
  /** In which it came up, the first one first. */
  conversation_ids: string[];
  topic: TopicRef | null;
  opened_at: string;
  closed_at: string | null;
  assignment: Assignment;
};

export type Handoff = {
  id: string;
  version: number;
  conversation_id: string;
  at: string;
  by: "customer" | "assistant" | "rule" | "assignment";
  reason: string;
  reason_text: string;
  summary: string;
  tried: string[];
  missing: string[];
  topic: TopicRef | null;
  place: number;
};

export type Customer = {
  id: string;
  version: number;
  name: string | null;
  email: string | null;
  external_id: string | null;
  verified: boolean;
  locale: string | null;
  created_at: string;
};

export type Survey = { score: number; comment: string | null; at: string };

export type ConversationDetail = {
  conversation: Conversation;
  customer: Customer;
  messages: Message[];
  cases: Case[];
  handoffs: Handoff[];
  survey: Survey | null;
};

export type Agent = {
  id: string;
  version: number;
  name: string;
  email: string;
  role: Role;
  presence: Presence;
  disabled: boolean;
  created_at: string;
};

export type Topic = {
  id: string;
  version: number;
  name: string;
  slug: string;
  description: string;
  level: Level;
  share: number;
  level_reason: string;
  level_set_by: AgentRef | null;
  level_set_at: string | null;
  people_first: boolean;
  n_examples: number;
  archived: boolean;
};

export type Example = { id: string; topic_id: string; text: string; created_at: string };

export type Article = {
  id: string;
  version: number;
  slug: string;
  title: string;
  body: string;
  language: string;
  topic_ids: string[];
  questions: string[];
  state: "draft" | "published";
  updated_at: string;
  published_at: string | null;
  updated_by: AgentRef | null;
};

export type ArticleSummary = Omit<Article, "body" | "questions">;

export type Desk = {
  version: number;
  name: string;
  hours: string;
  demo: boolean;
  model: { trained_at: string | null; n_examples: number; n_topics: number };
};

export type Me = { agent: Agent; desk: Desk };

export type Inbox = {
  id: string;
  version: number;
  name: string;
  kind: "web";
  key: string;
  greeting: string;
  identity_secret?: string;
};

export type Counts = { waiting: number; mine: number; ai: number; closed: number; all: number };

export type Overview = {
  at: string;
  now: {
    waiting: number;
    waiting_first: number;
    longest_wait_ms: number | null;
    ai: number;
    with_agents: number;
    agents_available: number;
  };
  today: {
    conversations: number;
    answered_by_ai: number;
    handed_over: number;
    answered_by_people: number;
    closed: number;
    median_wait_ms: number | null;
    n_waits: number;
    survey_good: number;
    n_surveys: number;
  };
  topics: {
    topic: TopicRef;
    level: Level;
    today: number;
    by_ai: number;
    by_people: number;
    waiting: number;
  }[];
  hours: { hour: string; by_ai: number; by_people: number }[];
  agents: { agent: AgentRef; presence: Presence; n_open: number }[];
};

export type Session = { token: string; expires_at: string; agent: Agent };
export type Page<Item> = { items: Item[]; next_cursor: string | null };

export type TopicTest = {
  language: string | null;
  topics: { topic: TopicRef; confidence: number }[];
  decided: TopicRef | null;
  people_first: string | null;
  answer: { text: string; sources: Source[]; confidence: number } | null;
  would: string;
};

export type Retrained = {
  trained_at: string;
  n_examples: number;
  n_topics: number;
  seconds: number;
};

export type View = "waiting" | "mine" | "ai" | "all" | "closed";
