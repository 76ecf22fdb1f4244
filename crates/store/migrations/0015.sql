-- People who would like to take shifts. Their data is apart from agents and customers.

alter table desks add column takes_applications integer not null default 0;

create table applications (
  id text primary key,
  version integer not null,
  name text not null,
  email text not null,
  zone text not null,
  languages text not null,
  wish_hours integer not null,
  is_student integer not null,
  words text not null,
  state text not null,
  decided_at integer,
  decided_by text references agents (id),
  reason text,
  agent_id text references agents (id),
  created_at integer not null
);
create unique index applications_open on applications (email) where state = 'open';
create index applications_by_time on applications (created_at);
