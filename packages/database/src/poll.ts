import type { Poll } from '@serverless-vote/contracts/poll';
import type { Client } from 'pg';

/** Replaces the poll in the database. Options that are no longer part of it are closed and keep their votes. */
export async function writePoll(client: Client, { question, options }: Poll): Promise<void> {
  const ids = options.map(({ id }) => id);
  const labels = options.map(({ label }) => label);
  await client.query('begin');
  await client.query(
    `insert into poll as old (question) values ($1)
     on conflict (only_one) do update set question = excluded.question, updated_at = now()
       where old.question <> excluded.question`,
    [question],
  );
  await client.query('update options set open = false, updated_at = now() where open and id <> all ($1)', [ids]);
  await client.query(
    `insert into options as old (id, label, position, open)
     select id, label, position, true from unnest($1::text[], $2::text[]) with ordinality as new (id, label, position)
     on conflict (id) do update
       set label = excluded.label, position = excluded.position, open = true, updated_at = now()
       where (old.label, old.position, old.open) is distinct from (excluded.label, excluded.position, true)`,
    [ids, labels],
  );
  await client.query('commit');
}
