-- The schema of asynchronous events gets the name that they have everywhere else. Waiting events and dead letters stay where they are.
alter schema detached rename to async_events;

-- pg-boss writes its schema's name into the functions that it makes, so they are made again.
do $$
declare
  made record;
begin
  for made in select pg_get_functiondef(oid) as source from pg_proc where pronamespace = 'async_events'::regnamespace loop
    execute replace(made.source, 'detached.', 'async_events.');
  end loop;
end $$;
