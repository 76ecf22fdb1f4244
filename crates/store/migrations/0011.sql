-- Letters to customers: what their widget has not shown them goes out by e-mail.

alter table letters add column conversation_id text references conversations (id);
-- The site signed the address, so that letters go to nobody else.
alter table customers add column has_verified_email integer not null default 0;

-- The last message of a conversation that the customer's widget was given, or a letter told of.
create table seen (
  conversation_id text primary key references conversations (id),
  position integer not null
);
