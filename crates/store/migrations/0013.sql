-- Other systems: those that are told what happens, and those that call.

create table webhooks (
  id text primary key,
  url text not null,
  secret text not null,
  kinds text not null,
  is_paused integer not null,
  -- The journal row up to which deliveries were written.
  seen integer not null,
  n_failures integer not null,
  retry_at integer not null,
  created_at integer not null
);

-- One for each fact and webhook. What is told is read when it is told.
create table deliveries (
  id text primary key,
  webhook_id text not null references webhooks (id),
  seq integer not null,
  kind text not null,
  state text not null,
  n_attempts integer not null,
  leased_until integer not null,
  status integer,
  failure text,
  created_at integer not null,
  finished_at integer,
  unique (webhook_id, seq)
);
create index deliveries_waiting on deliveries (webhook_id, seq) where state = 'waiting';
create index deliveries_finished on deliveries (finished_at) where state <> 'waiting';

create table api_tokens (
  id text primary key,
  agent_id text not null references agents (id),
  name text not null,
  token_hash text not null unique,
  scope text not null,
  created_at integer not null,
  expires_at integer not null,
  used_at integer
);
create index api_tokens_of_agent on api_tokens (agent_id);
