-- The index of words removes what a masked message no longer holds, instead of noting beside it
-- that it is gone; otherwise the digits would stand in the file until pages are merged one day.
--@sqlite
insert into message_search (message_search, rank) values ('secure-delete', 1);
--@both
