-- What language models were asked.

create table model_uses (
  day integer not null,
  model text not null,
  n_questions integer not null,
  n_failures integer not null,
  tokens_in integer not null,
  tokens_out integer not null,
  primary key (day, model)
);

-- What reads customers' messages: when it is another one, earlier evidence is of another assistant.
alter table desks add column reads_with text not null default 'rules';
