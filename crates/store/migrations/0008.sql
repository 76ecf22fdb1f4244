-- Procedures on their way, calls of tools, and what a customer may choose from.

alter table messages add column choices text not null default '[]';
-- The person who said that this answer was wrong.
alter table messages add column wrong_by text references agents (id);

-- Where a conversation stands in its procedures; guarded by the conversation's version.
create table progress (
  conversation_id text primary key references conversations (id),
  state text not null
);

create table calls (
  id text primary key,
  version integer not null,
  conversation_id text not null references conversations (id),
  case_id text references cases (id),
  tool text not null,
  state text not null,
  customer text not null,
  amount integer not null,
  day integer not null,
  words text not null,
  n_missing integer not null,
  content text not null,
  created_at integer not null,
  updated_at integer not null
);
create index calls_conversation on calls (conversation_id, created_at, id);
create index calls_day on calls (day, customer) where amount > 0;
create index calls_waiting on calls (created_at, id) where state = 'proposed' and n_missing > 0;

-- How the assistant came to a message: steps in words, without what was looked up.
create table traces (
  message_id text primary key,
  at integer not null,
  steps text not null
);
create index traces_at on traces (at);

-- Whoever reserves money changes it, so that no two reserve at once.
insert into counters (name, value) values ('calls', 0);
