// The shapes of the desk's HTTP contract that a customer's widget sees.

export interface Author {
  type: "customer" | "ai" | "agent" | "system";
  id: string | null;
  name: string | null;
}

export interface Source {
  n: number;
  /** Null where a tool told it, not an article. */
  article_id: string | null;
  slug: string;
  title: string;
  quote: string;
}

export interface FileRef {
  id: string;
  name: string;
  content_type: string;
  size_bytes: number;
}

export interface Survey {
  score: number;
  comment: string | null;
  at: string;
}

export interface Receipt {
  at: string;
  reference: number;
  reason_text: string;
  topic: string | null;
  place: number;
  promise: string;
}

export interface WidgetConversation {
  id: string;
  version: number;
  number: number;
  state: "open" | "closed";
  handler: "assistant" | "queue" | "agent";
  agent_name: string | null;
  topic: string | null;
  survey: Survey | null;
  receipt: Receipt | null;
  created_at: string;
  updated_at: string;
}

export interface WidgetMessage {
  id: string;
  version: number;
  conversation_id: string;
  position: number;
  author: Author;
  kind: "text" | "event";
  code: string | null;
  text: string;
  generated: boolean;
  sources: Source[];
  /** What may be answered with one press. */
  choices: string[];
  files: FileRef[];
  client_id: string | null;
  created_at: string;
}

export interface WidgetThread {
  conversation: WidgetConversation;
  messages: WidgetMessage[];
}

export interface WidgetConfig {
  desk_name: string;
  greeting: string;
  notice: string;
  available: boolean;
  hours: string;
  locale: string;
}

export interface Place {
  place: number | null;
  available: boolean;
  hours: string;
}

export interface Identity {
  external_id: string;
  name?: string;
  email?: string;
  hash: string;
}

export interface SessionAnswer {
  token: string;
  expires_at: string;
  customer: { id: string; name: string | null; verified: boolean };
}

export interface List<T> {
  items: T[];
  next_cursor: string | null;
}

/** What the stream sends when a subject changed; `data` is null when it is gone. */
export interface Change {
  seq: number;
  kind: string;
  subject: string;
  id: string;
  version: number;
  data: WidgetConversation | WidgetMessage | null;
}

export interface Typing {
  conversation_id: string;
  author: Author;
}
