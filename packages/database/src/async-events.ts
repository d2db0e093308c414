import type { Client } from 'pg';

/** What a previous launcher left in the queue of asynchronous events. The queue creates its tables when it is first used. */
export interface AsyncEvents {
  /** Are there any events: queued, interrupted or dead letters? */
  areLeft: boolean;
  /** The highest acceptance time among them, in microseconds; 0 if there are none. */
  highestAcceptedAt: bigint;
}

export async function findAsyncEvents(client: Client): Promise<AsyncEvents> {
  const { rows: tables } = await client.query(`select to_regclass('async_events.job') is not null as exist`);
  if (!tables[0].exist) return { areLeft: false, highestAcceptedAt: 0n };
  const { rows } = await client.query(
    `select count(*) > 0 as "areLeft", coalesce(max((data ->> 'acceptedAt')::bigint), 0)::text as highest
     from async_events.job where data ? 'acceptedAt'`,
  );
  return { areLeft: rows[0].areLeft, highestAcceptedAt: BigInt(rows[0].highest) };
}
