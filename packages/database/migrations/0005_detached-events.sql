-- Detached events wait here until they have been run; the queue's library (pg-boss) makes its tables itself. Only the
-- launcher comes here: a function is given its events, it never fetches them.
create schema detached;
revoke all on schema detached from public;
