-- One role per function, with the least rights. Postgres knows its caller from the kernel (peer authentication):
-- there are no passwords. Roles belong to the cluster, so they may be there already.
do $$
declare
  function_name text;
begin
  foreach function_name in array array['record-vote', 'fetch-results'] loop
    if not exists (select from pg_roles where rolname = function_name) then
      execute format('create role %I login', function_name);
    end if;
    execute format('grant connect on database votes to %I', function_name);
    execute format('grant usage on schema public to %I', function_name);
    -- A plan made in the warm run serves the first vote: no planning while somebody waits, and no compiler.
    execute format('alter role %I in database votes set plan_cache_mode = force_generic_plan', function_name);
    execute format('alter role %I in database votes set jit = off', function_name);
  end loop;
end $$;

-- What Postgres lets everybody do.
revoke all on database votes, postgres, template1 from public;
revoke all on schema public from public;
revoke all on all tables in schema public from public;
revoke all on all functions in schema public from public;
alter default privileges revoke execute on functions from public;

-- Nobody needs locks of his own (a hostile holder could make others wait), nor large objects (they fill the disk).
do $$
declare
  risky regprocedure;
begin
  for risky in
    select oid from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and (proname ~ '^pg_(try_)?advisory_' or proname ~ '^lo_')
  loop
    execute format('revoke execute on function %s from public', risky);
  end loop;
end $$;

grant execute on function record_votes to "record-vote";
grant select on poll, options, tally to "fetch-results";
