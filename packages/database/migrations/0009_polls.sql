-- Several polls instead of one. At most one is open, and a voter has one vote in each.
--
-- Whether a vote counts for a poll is decided by one rule, in record_votes: opened_order <= accepted_at < closed_order. It doesn't matter
-- when the vote is written, nor which status the poll has by then.

create table polls (
  id           text collate "C" primary key check (length(id) between 1 and 100),
  -- The order of the list.
  position     integer generated always as identity,
  question     text not null,
  status       text not null default 'draft' check (status in ('draft', 'open', 'closed')),
  -- The numbers of its options are kept from everybody.
  hidden       boolean not null default false,
  origin       text not null check (origin in ('settings', 'file', 'presenter')),
  -- Places in the order of acceptance (microseconds). With a countdown, closed_order is known when the poll opens.
  opened_order bigint check (opened_order > 0),
  -- The poll of the settings is open for all that was accepted before it was written, so its place is no time.
  opened_at    timestamptz,
  closed_order bigint,
  -- The end of the countdown.
  closes_at    timestamptz,
  -- The events that added and opened it: the same event again changes nothing.
  added_by     bigint,
  opened_by    bigint,
  votes_since  timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  -- What close-poll saw. A vote that was accepted in time may be written later, so what is shown is always read from the tally.
  result       jsonb,
  check ((status = 'draft') = (opened_order is null))
);
create unique index one_open_poll on polls (status) where status = 'open';
create index polls_by_opening on polls (opened_order);

-- The files whose polls have been added, so that each is added once.
create table poll_files (
  digest text primary key
);

-- The poll of an older version is the first one, and open. Everything in it belongs to it.
insert into polls (id, question, status, origin, opened_order, opened_at, votes_since, updated_at)
select coalesce(nullif(trim('-' from left(regexp_replace(lower(question), '[^[:alnum:]]+', '-', 'g'), 40)), ''), 'poll'),
       question, 'open', 'settings', 1, votes_since, votes_since, updated_at
from poll;
drop table poll;

alter table votes drop constraint votes_pkey, drop constraint votes_option_id_fkey;
alter table tally drop constraint tally_pkey, drop constraint tally_option_id_fkey;
alter table options drop constraint options_pkey;
do $$
declare
  first text := coalesce((select id from polls), 'none');
  part text;
begin
  foreach part in array array['options', 'votes', 'tally'] loop
    -- A default fills the column without a write to each row.
    execute format('alter table %I add column poll_id text collate "C" not null default %L', part, first);
    execute format('alter table %I alter column poll_id drop default', part);
  end loop;
end $$;
alter table options add primary key (poll_id, id), add foreign key (poll_id) references polls;
-- Votes need no foreign key, which took a quarter of the time of recording one: each is counted at once, and the tally refuses an option that
-- the poll doesn't have.
alter table votes add primary key (poll_id, voter_id);
alter table tally add primary key (poll_id, option_id, shard), add foreign key (poll_id, option_id) references options;

-- The tally (0002) counts for each poll. Who writes votes of several polls still takes one shard, and waits for nobody.
drop function add_to_tally(text[], integer, bigint);
create function add_to_tally(poll_ids text[], option_ids text[], change integer, latest bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  insert into tally as counter (shard, poll_id, option_id, votes, accepted_at)
  select (select shard from (select generate_series(0, 9999) as shard) as shards
          where pg_try_advisory_xact_lock('tally'::regclass::oid::integer, shard) limit 1),
         poll_id, option_id, change * count(*), coalesce(latest, 0)
  from unnest(poll_ids, option_ids) as vote (poll_id, option_id)
  group by poll_id, option_id
  on conflict (poll_id, option_id, shard) do update
    set votes       = counter.votes + excluded.votes,
        accepted_at = greatest(counter.accepted_at, excluded.accepted_at),
        updated_at  = excluded.updated_at;
end $$;

create or replace function count_votes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    perform add_to_tally(array_agg(poll_id), array_agg(option_id), -1, 0) from before;
  end if;
  if tg_op <> 'DELETE' then
    perform add_to_tally(array_agg(poll_id), array_agg(option_id), 1, max(accepted_at)) from after;
  end if;
  return null;
end $$;

-- Records votes as before (0003, 0007). Each answer, in its place: when the vote was recorded, or why it wasn't. A vote that names no poll is
-- for the one that was open when it was accepted.
drop function record_votes(uuid[], text[], bigint[]);
create function record_votes(voters uuid[], choices text[], accepted bigint[], poll_ids text[] default '{}')
returns table (recorded_at timestamptz, refusal text)
language sql security definer set search_path = public, pg_temp as $$
  with clock as materialized (
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
  ), opened as materialized (
    select id, opened_order, closed_order from polls where opened_order is not null
  ), ballots as (
    select place, voter_id, accepted_at, opened.id as poll_id, options.id as option_id
    from (
      select place, voter_id, choice, poll_id, least(coalesce(accepted_at, clock.now), clock.now + 86400000000) as accepted_at
      from unnest(voters, choices, accepted, poll_ids) with ordinality as ballot (voter_id, choice, accepted_at, poll_id, place)
      cross join clock
    ) as ballot
    -- The rule. No two polls share a place, since each closes where the next one opens.
    left join opened
      on (ballot.poll_id is null or opened.id = ballot.poll_id)
      and opened.opened_order <= ballot.accepted_at
      and (opened.closed_order is null or ballot.accepted_at < opened.closed_order)
    left join options on options.poll_id = opened.id and options.id = choice and options.open
  ), recorded as (
    insert into votes (poll_id, voter_id, option_id, accepted_at)
    select distinct on (poll_id, voter_id) poll_id, voter_id, option_id, accepted_at
    from ballots
    where option_id is not null
    order by poll_id, voter_id, accepted_at desc, place desc
    on conflict (poll_id, voter_id) do update
      set option_id = excluded.option_id, accepted_at = excluded.accepted_at, recorded_at = excluded.recorded_at
      where votes.accepted_at < excluded.accepted_at
  )
  select case when option_id is not null then now() end,
         case when poll_id is null then 'closed' when option_id is null then 'unknown option' end
  from ballots order by place
$$;

revoke all on options, tally from "fetch-results";
grant execute on function record_votes to "record-vote";
