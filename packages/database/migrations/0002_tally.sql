-- Counts, kept up to date by the database itself, so that reading results never scans the votes.
--
-- A counter that every vote updates would make each writer wait for the commit of the one before. So an option has
-- one counter per shard, and a writer takes the first shard that no open transaction holds: writers never wait for
-- each other here, there are as many shards as there once were writers at the same time, and since nobody waits
-- while holding a shard, there is no deadlock. The counter of a shard may be negative; only the sum means something.

create table tally (
  shard       integer not null,
  option_id   text not null references options,
  votes       bigint not null,
  -- The highest of all votes ever counted here: the launcher's clock goes on from it.
  accepted_at bigint not null,
  updated_at  timestamptz not null default now(),
  primary key (shard, option_id)
) with (fillfactor = 50);

-- Nothing is locked, and nothing written, if option_ids is empty; but the plan is made.
create function add_to_tally(option_ids text[], change integer, latest bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  insert into tally as counter (shard, option_id, votes, accepted_at)
  select (select shard from (select generate_series(0, 9999) as shard) as shards
          where pg_try_advisory_xact_lock('tally'::regclass::oid::integer, shard) limit 1),
         option_id, change * count(*), coalesce(latest, 0)
  from unnest(option_ids) as option_id
  group by option_id
  on conflict (shard, option_id) do update
    set votes       = counter.votes + excluded.votes,
        accepted_at = greatest(counter.accepted_at, excluded.accepted_at),
        updated_at  = excluded.updated_at;
end $$;

-- Once per statement, not per vote.
create function count_votes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    perform add_to_tally(array(select option_id from before), -1, 0);
  end if;
  if tg_op <> 'DELETE' then
    perform add_to_tally(array(select option_id from after), 1, (select max(accepted_at) from after));
  end if;
  return null;
end $$;

create function forget_votes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  update tally set votes = 0, updated_at = now();
  return null;
end $$;

create trigger votes_inserted after insert on votes
  referencing new table as after for each statement execute function count_votes();
create trigger votes_updated after update on votes
  referencing old table as before new table as after for each statement execute function count_votes();
create trigger votes_deleted after delete on votes
  referencing old table as before for each statement execute function count_votes();
create trigger votes_truncated after truncate on votes
  for each statement execute function forget_votes();

-- Votes that are older than the tally.
insert into tally (shard, option_id, votes, accepted_at)
select 0, option_id, count(*), max(accepted_at) from votes group by option_id;
