-- Several nodes, jobs that are leased, and counts that are kept.

--@sqlite
create trigger messages_added after insert on messages when new.kind in ('text', 'note')
begin
  insert into message_search (rowid, text) values (new.row, new.text);
end;
-- The index keeps no text of its own: it is told what to forget.
create trigger messages_changed after update of text on messages
when new.kind in ('text', 'note') and new.text <> old.text
begin
  insert into message_search (message_search, rowid, text) values ('delete', old.row, old.text);
  insert into message_search (rowid, text) values (new.row, new.text);
end;
--@both

alter table jobs add column leased_by text;
alter table jobs add column leased_until integer not null default 0;
alter table jobs add column died_at integer;
alter table jobs add column failure text;
drop index jobs_by_due;
create index jobs_by_due on jobs (due_at, id) where died_at is null;
create index jobs_dead on jobs (died_at, id) where died_at is not null;

-- Answers by assistant and people in each hour of the desk's clock.
create table answer_hours (
  hour integer primary key,
  n_by_ai integer not null,
  n_by_people integer not null
);
insert into answer_hours (hour, n_by_ai, n_by_people)
  select created_at / 3600000,
    count(*) filter (where author_type = 'ai'),
    count(*) filter (where author_type = 'agent')
  from messages where kind = 'text' and author_type in ('ai', 'agent')
  group by 1;

-- How many conversations each view holds; the last number that was given to one.
insert into counters (name, value) select 'queue', count(*) from conversations
  where state = 'open' and handler = 'queue';
insert into counters (name, value) select 'assistant', count(*) from conversations
  where state = 'open' and handler = 'assistant';
insert into counters (name, value) select 'agent', count(*) from conversations
  where state = 'open' and handler = 'agent';
insert into counters (name, value) select 'closed', count(*) from conversations
  where state = 'closed';
insert into counters (name, value)
  select 'number', coalesce(max(number), 1000) from conversations;
