-- Since when votes are kept: what a browser remembers of an earlier vote is no longer true.

alter table poll add column votes_since timestamptz not null default now();

-- A database that is older than this knows no better than its first vote.
update poll set votes_since = coalesce((select min(recorded_at) from votes), votes_since);
