-- A file's index of messages is told of new ones by the batch that adds them, at its end: a trigger
-- made it write its tree after each message.
--@sqlite
drop trigger messages_added;
--@both
