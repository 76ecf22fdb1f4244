-- What the assistant says without a source, such as that a person will answer, is no answer.
delete from answer_hours;
insert into answer_hours (hour, n_by_ai, n_by_people)
  select created_at / 3600000,
    count(*) filter (where author_type = 'ai' and sources <> '[]'),
    count(*) filter (where author_type = 'agent')
  from messages where kind = 'text' and author_type in ('ai', 'agent')
  group by 1;
