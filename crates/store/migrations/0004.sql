-- The message that begins a conversation is there once, however often it was sent at once.

-- Those that are there more than once keep their words, and all but the first lose their key.
update messages set client_id = null where id in (
  select numbered.id from (
    select first.id, row_number() over (
      partition by first.author_id, first.client_id order by first.row
    ) as nth
    from messages as first where first.position = 1 and first.client_id is not null
  ) as numbered where numbered.nth > 1
);
create unique index messages_that_begin
  on messages (author_id, client_id) where position = 1 and client_id is not null;
