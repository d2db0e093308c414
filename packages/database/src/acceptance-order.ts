import type { Client } from 'pg';

/**
 * Corrects acceptance times that lie more than a day ahead. No clock has produced them, and a later vote of the same voter could never
 * replace them. They are set to now. Queued events keep their order among themselves.
 */
export async function repairAcceptanceOrder(client: Client): Promise<void> {
  const now = '(extract(epoch from now()) * 1000000)::bigint';
  const tooLate = (place: string) => `${place} > ${now} + 86400000000`;
  await client.query('begin');
  // The tally holds the highest acceptance time, so the votes are scanned only if there is something to correct.
  const { rowCount } = await client.query(`select from tally where ${tooLate('accepted_at')}`);
  if (rowCount) {
    await client.query(`update votes set accepted_at = ${now} where ${tooLate('accepted_at')}`);
    await client.query(`update tally set accepted_at = ${now} where ${tooLate('accepted_at')}`);
  }
  const { rows: tables } = await client.query(`select to_regclass('async_events.job') is not null as exist`);
  if (tables[0].exist) {
    const place = `(data ->> 'acceptedAt')::numeric`;
    await client.query(
      `with late as (
         select ctid as at, tableoid as "table", ${now} + row_number() over (order by ${place}) as corrected
         from async_events.job where data ? 'acceptedAt' and ${tooLate(place)}
       )
       update async_events.job set data = jsonb_set(data, '{acceptedAt}', to_jsonb(corrected::text))
       from late where job.ctid = late.at and job.tableoid = late."table"`,
    );
  }
  await client.query('commit');
}
