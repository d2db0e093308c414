import type { Client } from 'pg';

/** Longer than any statement or transaction of a function that means well (roles.ts), and than its container has for an event. */
export const OVERDUE_MS = 12_000;

/**
 * Ends sessions of functions that are busy, or keep a transaction open, for longer than any may. Postgres ends what a container has left
 * running when it finds the connection closed, but lets every session turn that check off, and all other deadlines; such a session would
 * compute for ever, keep its role's connections, its locks, and everything that was ever updated since.
 * @returns how many have been ended, and how many are busy but not overdue
 */
export async function endOverdueSessions(
  client: Client,
  overdueMs = OVERDUE_MS,
): Promise<{ ended: number; busy: number }> {
  const { rows } = await client.query<{ ended: number; busy: number }>(
    `select count(*) filter (where ended)::int as ended, count(*) filter (where not ended)::int as busy
     from (
       select case when since < now() - $1 * interval '1 ms' then pg_terminate_backend(pid) else false end as ended
       from (
         -- Short transactions, one after the other, can be sent at once: that is one long activity.
         select pid, least(xact_start, case when state = 'active' then query_start end) as since
         from pg_stat_activity join pg_roles on pg_roles.oid = usesysid
         where rolcanlogin and not rolsuper
       ) as sessions
       where since is not null
     ) as busy_sessions`,
    [overdueMs],
  );
  return rows[0] ?? { ended: 0, busy: 0 };
}
