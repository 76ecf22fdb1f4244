-- The desk's first tables. Times are milliseconds, ids UUIDv7 text, lists JSON text.

create table desks (
  id text primary key,
  version integer not null,
  name text not null,
  hours text not null,
  is_demo integer not null,
  draw_seed text not null,
  fingerprint_key text not null,
  trained_at integer
);

create table inboxes (
  id text primary key,
  version integer not null,
  name text not null,
  key text not null unique,
  greeting text not null,
  identity_secret text not null
);

create table agents (
  id text primary key,
  version integer not null,
  name text not null,
  email text not null unique,
  role text not null,
  presence text not null,
  is_disabled integer not null,
  password_hash text not null,
  created_at integer not null
);

create table customers (
  id text primary key,
  version integer not null,
  name text,
  email text,
  external_id text unique,
  is_verified integer not null,
  is_people_first integer not null,
  locale text,
  created_at integer not null
);

create table sessions (
  token_hash text primary key,
  kind text not null,
  subject_id text not null,
  created_at integer not null,
  expires_at integer not null
);
create index sessions_by_subject on sessions (subject_id);

create table topics (
  id text primary key,
  version integer not null,
  name text not null,
  slug text not null unique,
  description text not null,
  level text not null,
  share real not null,
  level_reason text not null,
  level_set_by text references agents (id),
  level_set_at integer,
  is_people_first integer not null,
  answers_at_night integer not null,
  n_examples integer not null,
  is_archived integer not null
);

create table examples (
  id text primary key,
  topic_id text not null references topics (id),
  text text not null,
  created_at integer not null
);
create index examples_by_topic on examples (topic_id, id);

create table articles (
  id text primary key,
  version integer not null,
  slug text not null unique,
  title text not null,
  body text not null,
  language text not null,
  topic_ids text not null,
  questions text not null,
  state text not null,
  updated_at integer not null,
  updated_by text references agents (id),
  published_at integer
);

create table conversations (
  id text primary key,
  version integer not null,
  number integer not null unique,
  inbox_id text not null references inboxes (id),
  customer_id text not null references customers (id),
  subject text not null,
  state text not null,
  handler text not null,
  agent_id text references agents (id),
  priority integer not null,
  language text,
  topic_id text references topics (id),
  last_author text,
  last_text text,
  last_at integer,
  has_draft integer not null,
  waiting_since integer,
  needs_reply integer not null,
  n_messages integer not null,
  ai_notice_at integer,
  queued_at integer,
  person_answered_at integer,
  assistant_answered_at integer,
  survey_score integer,
  survey_comment text,
  survey_at integer,
  created_at integer not null,
  updated_at integer not null,
  closed_at integer
);
create index conversations_in_queue
  on conversations (priority desc, waiting_since, id) where state = 'open' and handler = 'queue';
create index conversations_of_agent
  on conversations (agent_id, updated_at desc, id desc) where state = 'open' and handler = 'agent';
create index conversations_of_assistant
  on conversations (updated_at desc, id desc) where state = 'open' and handler = 'assistant';
create index conversations_closed
  on conversations (updated_at desc, id desc) where state = 'closed';
create index conversations_by_update on conversations (updated_at desc, id desc);
create index conversations_by_creation on conversations (created_at);
create index conversations_of_customer on conversations (customer_id, updated_at desc, id desc);

create table messages (
--@sqlite
  row integer primary key,
--@postgres
  row bigint generated always as identity primary key,
--@both
  id text not null unique,
  version integer not null,
  conversation_id text not null references conversations (id),
  position integer not null,
  author_type text not null,
  author_id text,
  kind text not null,
  code text,
  text text not null,
  is_generated integer not null,
  sources text not null,
  draft_state text,
  client_id text,
  created_at integer not null,
  unique (conversation_id, position)
);
create unique index messages_by_client_id
  on messages (conversation_id, client_id) where client_id is not null;

--@sqlite
create virtual table message_search using fts5 (
  text, content = 'messages', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2'
);
--@postgres
alter table messages add column search tsvector;
create index message_search on messages using gin (search);
--@both

create table files (
  id text primary key,
  owner_type text not null,
  owner_id text not null,
  conversation_id text references conversations (id),
  message_id text,
  name text not null,
  content_type text not null,
  n_bytes integer not null,
  content blob not null,
  created_at integer not null
);
create index files_of_conversation on files (conversation_id) where conversation_id is not null;
create index files_unattached on files (created_at) where conversation_id is null;

create table cases (
  id text primary key,
  version integer not null,
  customer_id text not null references customers (id),
  topic_id text references topics (id),
  opened_at integer not null,
  closed_at integer
);
create index cases_of_customer on cases (customer_id, topic_id, opened_at);

create table contacts (
  case_id text not null references cases (id),
  conversation_id text not null references conversations (id),
  at integer not null,
  primary key (case_id, conversation_id)
);
create index contacts_of_conversation on contacts (conversation_id);

create table assignments (
  case_id text primary key references cases (id),
  arm text not null,
  propensity real not null,
  is_eligible integer not null,
  is_randomised integer not null,
  level text not null,
  draft_is_shown integer,
  draft_propensity real,
  reason text not null,
  at integer not null
);

create table handoffs (
  id text primary key,
  version integer not null,
  conversation_id text not null references conversations (id),
  at integer not null,
  requested_by text not null,
  reason text not null,
  detail text,
  summary text not null,
  tried text not null,
  missing text not null,
  topic_id text references topics (id),
  place integer not null,
  promise text not null
);
create index handoffs_of_conversation on handoffs (conversation_id, at);

create table jobs (
  id text primary key,
  kind text not null,
  conversation_id text not null references conversations (id),
  message_id text not null,
  n_attempts integer not null,
  due_at integer not null
);
create index jobs_by_due on jobs (due_at);

create table idempotency (
  scope text not null,
  key text not null,
  fingerprint text not null,
  status integer,
  body text,
  at integer not null,
  primary key (scope, key)
);
create index idempotency_by_time on idempotency (at);

create table journal (
  seq integer primary key,
  at integer not null,
  actor_type text not null,
  actor_id text,
  kind text not null,
  subject text not null,
  subject_id text not null,
  version integer not null,
  conversation_id text,
  customer_id text
);

create table counters (
  name text primary key,
  value integer not null
);
insert into counters (name, value) values ('journal', 0);
