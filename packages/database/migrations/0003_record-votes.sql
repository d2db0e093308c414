-- Records votes, all in one statement, and answers each in its place: when it was recorded, or null if the poll
-- has no such open option.
--
-- The answers are those that the votes would get one after another, in the order of their acceptance. So a retry
-- changes nothing, and neither does a vote that was overtaken by a later one of the same voter. Voters are written
-- in the order of their ids, so that two batches with the same voters can't deadlock.
create function record_votes(voters uuid[], choices text[], accepted bigint[]) returns setof timestamptz
language sql security definer set search_path = public, pg_temp as $$
  with ballots as (
    select place, voter_id, options.id as option_id,
           coalesce(accepted_at, (extract(epoch from clock_timestamp()) * 1000000)::bigint) as accepted_at
    from unnest(voters, choices, accepted) with ordinality as ballot (voter_id, choice, accepted_at, place)
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
