-- The ledger of the balance, reviews, and what evidence makes of a topic's level.

alter table topics add column epoch integer not null default 0;
alter table topics add column is_by_hand integer not null default 1;
alter table topics add column ceiling text not null default 'autonomous';
alter table topics add column margin real not null default 0.05;
alter table topics add column review_share real not null default 0;

alter table desks add column braked_at integer;
alter table desks add column braked_by text;
alter table desks add column brake_reason text;

alter table assignments add column epoch integer not null default 0;
alter table assignments add column review_is_drawn integer;
alter table assignments add column review_propensity real;

-- Rows are added and never changed; a level is their fold.
create table ledger (
  seq integer primary key,
  at integer not null,
  kind text not null,
  topic_id text,
  case_id text,
  data text not null
);
insert into counters (name, value) values ('ledger', 0);

create table reviews (
  id text primary key,
  case_id text not null references cases (id),
  conversation_id text not null references conversations (id),
  topic_id text not null references topics (id),
  message_id text,
  text text,
  sources text not null,
  author_id text references agents (id),
  is_shadow integer not null,
  created_at integer not null,
  claimed_by text references agents (id),
  claimed_until integer not null,
  reviewed_by text references agents (id),
  reviewed_at integer,
  mark real,
  guess text,
  comment text,
  unique (case_id, is_shadow)
);
create index reviews_open on reviews (created_at, id) where reviewed_at is null;
create index reviews_done on reviews (reviewed_at, id) where reviewed_at is not null;
