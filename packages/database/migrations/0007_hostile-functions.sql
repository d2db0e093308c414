-- What a function that was taken over must not do to others, in clusters old and new.

-- No place in the order of acceptance is later than tomorrow, whoever says so: the launcher's clock goes on from the latest, and a vote
-- that it can't overtake would stand for ever.
create or replace function record_votes(voters uuid[], choices text[], accepted bigint[]) returns setof timestamptz
language sql security definer set search_path = public, pg_temp as $$
  with clock as materialized (
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
  ), ballots as (
    select place, voter_id, options.id as option_id,
           least(coalesce(accepted_at, clock.now), clock.now + 86400000000) as accepted_at
    from unnest(voters, choices, accepted) with ordinality as ballot (voter_id, choice, accepted_at, place)
    cross join clock
    left join options on options.id = choice and options.open
  ), recorded as (
    insert into votes (voter_id, option_id, accepted_at)
    select distinct on (voter_id) voter_id, option_id, accepted_at
    from ballots
    where option_id is not null
    order by voter_id, accepted_at desc, place desc
    on conflict (voter_id) do update
      set option_id = excluded.option_id, accepted_at = excluded.accepted_at, recorded_at = excluded.recorded_at
      where votes.accepted_at < excluded.accepted_at
  )
  select case when option_id is not null then now() end from ballots order by place;
$$;

-- Functions send statements, not programs. What is written in these languages already goes on working.
revoke usage on language plpgsql, sql from public;

-- Whatever is volatile may act on more than its own statement: on other sessions, on the log of changes, on files. So nothing of it is
-- everybody's, except what tells the time, draws lots, and counts.
do $$
declare
  risky regprocedure;
begin
  for risky in
    select oid from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and provolatile = 'v' and prokind = 'f'
      and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype,
                             'index_am_handler'::regtype, 'table_am_handler'::regtype, 'tsm_handler'::regtype)
      and proname not in ('clock_timestamp', 'timeofday', 'current_query', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'random', 'random_normal',
                          'setseed', 'array_sample', 'array_shuffle', 'nextval', 'currval', 'lastval', 'setval', 'set_config')
  loop
    execute format('revoke execute on function %s from public', risky);
  end loop;
end $$;
