import type { Client } from 'pg';

/** What a predecessor left in the queue of asynchronous events, which makes its tables at its first use. */
export interface AsyncEvents {
  /** Are there any, waiting, interrupted or dead? */
  areLeft: boolean;
  /** The latest place in the order of acceptance that any of them has, in microseconds; 0 if there are none. */
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
