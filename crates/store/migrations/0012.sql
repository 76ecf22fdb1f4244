-- E-mail as a door: what came in, from whom, and how far a mailbox was read.

alter table inboxes add column kind text not null default 'web';
alter table messages add column door text not null default 'chat';

create table incoming_mail (
  -- A hash of what tells a message from all others: what comes twice is one.
  key text primary key,
  message_id text,
  sender text not null,
  subject text not null,
  state text not null,
  reason text,
  conversation_id text references conversations (id),
  uid_validity integer,
  uid integer,
  received_at integer not null
);
create index incoming_mail_by_id on incoming_mail (message_id) where message_id is not null;
create index incoming_mail_by_sender on incoming_mail (sender, received_at);
create index incoming_mail_of_conversation on incoming_mail (conversation_id, received_at)
  where conversation_id is not null;
create index incoming_mail_left on incoming_mail (received_at) where state <> 'taken';

-- The last message that was read of a mailbox.
create table mailboxes (
  name text primary key,
  uid_validity integer not null,
  uid integer not null,
  read_at integer not null
);

-- The customer to whom a letter goes, by the address that they write from.
create index customers_by_email on customers (lower(email)) where has_verified_email = 1;
-- Whoever writes by e-mail alone is one customer.
create unique index customers_by_email_alone on customers (lower(email))
  where has_verified_email = 1 and external_id is null;
