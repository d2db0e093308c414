-- What functions may read and change of polls, each with a role of its own. Rules that SQL can enforce are enforced here, whatever a function
-- that was taken over asks for.

-- What functions may read ------------------------------------------------------------------------------------------------------------

create function iso(moment timestamptz) returns text
language sql stable set search_path = public, pg_temp as $$
  select to_char(moment at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

create function moment_of(place bigint) returns timestamptz
language sql immutable set search_path = public, pg_temp as $$
  select timestamptz 'epoch' + place * interval '1 microsecond'
$$;

-- The numbers of the options are null while they are hidden: whoever calls, nobody gets them.
create function described(poll polls) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'id', poll.id, 'question', poll.question,
    'status', case when is_over.yes then 'closed' else poll.status end,
    'closesAt', iso(poll.closes_at), 'hidden', poll.hidden,
    'votesSince', iso(poll.votes_since), 'openedAt', iso(poll.opened_at),
    'closedAt', case when is_over.yes or poll.status = 'closed' then iso(moment_of(poll.closed_order)) end,
    'options', jsonb_agg(jsonb_build_object('id', options.id, 'label', options.label,
                                            'votes', case when not poll.hidden then counted.votes end) order by options.position),
    'total', sum(counted.votes),
    'updatedAt', iso(greatest(poll.updated_at, max(options.updated_at), max(counted.updated_at))))
  from (select poll.status = 'open' and poll.closes_at <= clock_timestamp() as yes) as is_over
  cross join options
  cross join lateral (
    select coalesce(sum(tally.votes), 0) as votes, max(tally.updated_at) as updated_at
    from tally where tally.poll_id = options.poll_id and tally.option_id = options.id
  ) as counted
  where options.poll_id = poll.id and options.open
  group by is_over.yes
$$;

-- Each poll, in its place: of this id, or the one that was opened last; null if there is none. Nobody reads a draft here.
create function read_results(poll_ids text[]) returns setof jsonb
language sql stable security definer set search_path = public, pg_temp as $$
  select (select described(polls) from polls
          where polls.opened_order is not null
            and polls.id = coalesce(asked.poll_id, (select id from polls where opened_order is not null
                                                    order by opened_order desc limit 1)))
         || jsonb_build_object('serverTime', iso(clock_timestamp()))
  from unnest(poll_ids) with ordinality as asked (poll_id, place)
  order by place
$$;

create function list_polls() returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
  select jsonb_build_object('polls', coalesce(jsonb_agg(described(polls) order by polls.position), '[]'),
    'serverTime', iso(clock_timestamp()))
  from polls
$$;

-- What functions may change ----------------------------------------------------------------------------------------------------------
-- One change at a time: each begins with the lock on polls. `event` is the place of its event in the order of acceptance. Refusals have
-- the name of the error as their hint.

create function clock_order() returns bigint
language sql volatile set search_path = public, pg_temp as $$
  select (extract(epoch from clock_timestamp()) * 1000000)::bigint
$$;

-- No event is later than tomorrow, whoever says so (0007).
create function begin_change(event bigint) returns bigint
language plpgsql set search_path = public, pg_temp as $$
begin
  lock table polls in share row exclusive mode;
  return least(coalesce(event, clock_order()), clock_order() + 86400000000);
end $$;

create function refuse(error text, message text) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception using message = message, hint = error;
end $$;

-- @param draft {"id": what its id should be, "question", "options": [{"id", "label"}]}
create function add_poll(draft jsonb, origin text, event bigint) returns text
language plpgsql set search_path = public, pg_temp as $$
declare
  free text := draft ->> 'id';
  taken integer := 1;
begin
  -- As contract.ts says. What is longer could be neither streamed nor listed.
  if (length(draft ->> 'id') between 1 and 90 and length(draft ->> 'question') between 1 and 200
      and jsonb_array_length(draft -> 'options') between 2 and 8
      and (select bool_and(coalesce(length(id) between 1 and 100 and length(label) between 1 and 60, false))
           from jsonb_to_recordset(draft -> 'options') as option (id text, label text))) is not true then
    perform refuse('InvalidEvent', 'A question has 1 to 200 characters, and 2 to 8 options of 1 to 60 characters.');
  end if;
  if origin = 'presenter' and (select count(*) from polls) >= 200 then
    perform refuse('TooManyPolls', 'There are 200 questions. Remove drafts, or start with an empty database.');
  end if;
  while exists (select from polls where id = free) loop
    taken := taken + 1;
    free := (draft ->> 'id') || '-' || taken;
  end loop;
  insert into polls (id, question, origin, added_by) values (free, draft ->> 'question', origin, event);
  insert into options (poll_id, id, label, position, open)
  select free, listed.value ->> 'id', listed.value ->> 'label', listed.place, true
  from jsonb_array_elements(draft -> 'options') with ordinality as listed (value, place);
  return free;
end $$;

-- Closes the poll that is open, at this place in the order of acceptance or at the end of its countdown, whichever is first.
create function end_poll(place bigint) returns void
language sql set search_path = public, pg_temp as $$
  update polls set status = 'closed', closed_order = least(closed_order, place), updated_at = clock_timestamp() where status = 'open'
$$;

create function start_poll(poll_id text, place bigint, opening jsonb, event bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  -- Null without a countdown. Whole milliseconds, as it is told.
  ends bigint := (place / 1000 + (opening ->> 'closesInSeconds')::integer * 1000) * 1000;
begin
  perform end_poll(place);
  update polls
  set status = 'open', opened_at = clock_timestamp(), votes_since = clock_timestamp(),
      opened_order = place, opened_by = event, closed_order = ends, result = null,
      -- The order of acceptance may be ahead of the clock, if that was once wrong.
      closes_at = moment_of(ends - (greatest(place - clock_order(), 0) / 1000) * 1000),
      hidden = coalesce((opening ->> 'hidden')::boolean, hidden), updated_at = clock_timestamp()
  where id = poll_id;
end $$;

-- Waits for votes that are being written, and keeps others back until the change is committed: votes that were written before it have
-- been answered, so they were accepted before this place, and no vote that is written after it has missed the change.
create function place_of_change(event bigint) returns bigint
language plpgsql set search_path = public, pg_temp as $$
begin
  lock table votes in share row exclusive mode;
  return greatest(event, clock_order());
end $$;

-- The same for a countdown. Where the order of acceptance is ahead of the clock (0007), later votes have places before its end, too.
create function place_of_end() returns bigint
language sql set search_path = public, pg_temp as $$
  lock table votes in share row exclusive mode;
  select greatest(clock_order(), (select max(accepted_at) + 1 from tally))
$$;

create function opened_poll(poll_id text) returns polls
language plpgsql set search_path = public, pg_temp as $$
declare
  found_poll polls;
begin
  select * into found_poll from polls where opened_order is not null and (id = poll_id or poll_id is null) order by opened_order desc limit 1;
  if found_poll.id is null then
    perform refuse('UnknownPoll', 'No poll of this id has been opened. Send an id that list-polls has.');
  end if;
  return found_poll;
end $$;

-- @param draft a new poll as of add_poll, or {"poll": the id of a draft}
create function open_poll(draft jsonb, opening jsonb, event bigint) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  opened polls;
  wanted text := draft ->> 'poll';
begin
  event := begin_change(event);
  select * into opened from polls where event in (opened_by, added_by) and opened_by is not null;
  if opened.id is null then
    if wanted is null then
      wanted := add_poll(draft, 'presenter', event);
    elsif not exists (select from polls where id = wanted and status = 'draft') then
      perform refuse('NotADraft', 'No draft has this id. Send one that list-polls has, or start a poll over.');
    end if;
    perform start_poll(wanted, place_of_change(event), opening, event);
    select * into opened from polls where id = wanted;
  end if;
  return described(opened);
end $$;

-- @param countdown the end of the countdown that sent the event: a poll with another one, or none, stays as it is
-- @return the id of the poll
create function close_poll(wanted text, countdown timestamptz, event bigint) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  poll polls;
begin
  event := begin_change(event);
  poll := opened_poll(wanted);
  if countdown is not null then
    if poll.status = 'open' and poll.closes_at = countdown then
      perform end_poll(case when countdown <= clock_timestamp() then place_of_end() end);
    end if;
  -- An event that was accepted before this opening means the poll before it.
  elsif poll.status = 'open' and coalesce(poll.opened_by, 0) < event then
    perform end_poll(place_of_change(event));
  end if;
  return poll.id;
end $$;

create function keep_result(poll_id text, seen jsonb) returns void
language sql security definer set search_path = public, pg_temp as $$
  update polls set result = seen where id = poll_id and status = 'closed'
$$;

create function add_drafts(drafts jsonb, event bigint) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  event := begin_change(event);
  if not exists (select from polls where added_by = event) then
    perform add_poll(draft, 'presenter', event) from jsonb_array_elements(drafts) as draft;
  end if;
  return list_polls();
end $$;

-- A draft that is gone already was removed by the same event, or another one.
create function remove_draft(wanted text) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform begin_change(null);
  if exists (select from polls where id = wanted and status <> 'draft') then
    perform refuse('NotADraft', 'This poll has been opened, so it is kept.');
  end if;
  delete from options where poll_id = wanted;
  delete from polls where id = wanted;
  return list_polls();
end $$;

create function hide_numbers(wanted text, hide boolean) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform begin_change(null);
  if not exists (select from polls where id = wanted) then
    perform refuse('UnknownPoll', 'No poll has this id. Send one that list-polls has.');
  end if;
  update polls set hidden = hide, updated_at = clock_timestamp() where id = wanted and hidden <> hide;
  return list_polls();
end $$;

create function start_over(wanted text, opening jsonb, event bigint) returns jsonb
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  poll polls;
  place bigint;
begin
  event := begin_change(event);
  poll := opened_poll(wanted);
  if poll.opened_by is distinct from event then
    place := place_of_change(event);
    delete from votes where poll_id = poll.id;
    perform start_poll(poll.id, place, opening, event);
  end if;
  return list_polls();
end $$;

-- What the launcher does at its start -------------------------------------------------------------------------------------------------

-- Opens the poll of the settings, unless it is the newest of theirs: then it stays as it is, whatever has been opened since.
create function open_settings_poll(draft jsonb, place bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  newest polls;
begin
  perform begin_change(null);
  select * into newest from polls where origin = 'settings' order by position desc limit 1;
  if newest.question is distinct from draft ->> 'question'
     or draft -> 'options' is distinct from (select jsonb_agg(jsonb_build_object('id', id, 'label', label) order by position)
                                             from options where poll_id = newest.id and open) then
    perform start_poll(add_poll(draft, 'settings', null), place, '{}', null);
  end if;
end $$;

create function add_file(drafts jsonb, content text) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  perform begin_change(null);
  insert into poll_files (digest) values (md5(content)) on conflict do nothing;
  if found then
    perform add_poll(draft, 'file', null) from jsonb_array_elements(drafts) as draft;
  end if;
end $$;

-- Least rights (0004) ----------------------------------------------------------------------------------------------------------------
do $$
declare
  function_name text;
begin
  foreach function_name in array array['open-poll', 'close-poll', 'edit-polls', 'list-polls'] loop
    if not exists (select from pg_roles where rolname = function_name) then
      execute format('create role %I login', function_name);
    end if;
    execute format('grant connect on database votes to %I', function_name);
    execute format('grant usage on schema public to %I', function_name);
  end loop;
end $$;

grant execute on function read_results to "fetch-results";
grant execute on function open_poll to "open-poll";
grant execute on function close_poll, keep_result to "close-poll";
grant execute on function add_drafts, remove_draft, hide_numbers, start_over to "edit-polls";
grant execute on function list_polls to "list-polls";
