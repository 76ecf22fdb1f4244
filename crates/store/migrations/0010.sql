-- Letters: e-mail that goes out, one row for each fact that somebody is told of.

create table letters (
  id text primary key,
  -- What it tells of; no fact has two letters.
  fact text not null unique,
  kind text not null,
  recipient text not null,
  agent_id text references agents (id),
  -- Who caused it, as the letter names them.
  sender text not null,
  state text not null,
  n_attempts integer not null,
  due_at integer not null,
  leased_until integer not null,
  failure text,
  created_at integer not null,
  finished_at integer
);
create index letters_due on letters (due_at, id) where state = 'waiting';
create index letters_finished on letters (finished_at) where state <> 'waiting';

-- Links by which an agent chooses a password; a letter that is sent again has a new one.
create table password_links (
  letter_id text primary key references letters (id),
  agent_id text not null references agents (id),
  token_hash text not null unique,
  expires_at integer not null
);
