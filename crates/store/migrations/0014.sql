-- Shifts, the terms of those who take them, and when people were at the desk.

alter table desks add column handling_minutes real not null default 8;
alter table desks add column within_seconds integer not null default 120;
alter table desks add column staffed_share real not null default 0.8;
alter table desks add column fall_hours integer not null default 40;
alter table desks add column n_regular integer not null default 0;
alter table desks add column regular_from integer not null default 8;
alter table desks add column regular_until integer not null default 18;
alter table desks add column zone text not null default 'UTC';
alter table desks add column currency text not null default 'EUR';

create table workers (
  -- The agent's.
  id text primary key references agents (id),
  version integer not null,
  zone text not null,
  laws text not null,
  languages text not null,
  wish_hours integer not null,
  week_hours_max integer not null,
  rate integer not null,
  is_active integer not null,
  created_at integer not null
);

create table shifts (
  id text primary key,
  version integer not null,
  starts_at integer not null,
  ends_at integer not null,
  language text,
  topic_id text references topics (id),
  reason text not null,
  rate integer,
  extra integer not null,
  state text not null,
  agent_id text references workers (id),
  published_at integer,
  claimed_at integer,
  cancelled_at integer,
  cancel_reason text,
  paid_minutes integer,
  paid_reason text,
  paid_by text references agents (id),
  paid_at integer,
  created_by text references agents (id),
  created_at integer not null
);
create index shifts_by_time on shifts (starts_at);
create index shifts_of_worker on shifts (agent_id, starts_at) where agent_id is not null;

-- When an agent was at the desk; without an end they are there.
create table presence (
  agent_id text not null references agents (id),
  from_at integer not null,
  until_at integer,
  primary key (agent_id, from_at)
);
create index presence_now on presence (agent_id) where until_at is null;
insert into presence (agent_id, from_at, until_at)
  select id, coalesce((select max(at) from journal), 0), null from agents
  where presence = 'available';

-- How many cases came when, for forecasts.
create index ledger_assigned on ledger (at) where kind = 'assigned';
create index cases_without_topic on cases (opened_at) where topic_id is null;
