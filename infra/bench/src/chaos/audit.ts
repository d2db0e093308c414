import type { VotingStack } from '../voting-stack.ts';
import type { Audit, Ledger } from './ledger.ts';

/** Compares the answers that voters got with the database. */
export async function auditOf(ledger: Ledger, stack: VotingStack): Promise<Audit> {
  // Of a voter who voted in several polls, the last choice is what JSON.parse keeps.
  const text = `select
    (select coalesce(json_object_agg(voter_id, option_id order by accepted_at), '{}') from votes where voter_id = any($1)) as choices,
    (select coalesce(json_object_agg(option_id, votes), '{}') from (select option_id, count(*)::int as votes from votes group by 1) x) as rows,
    (select coalesce(json_object_agg(option_id, votes), '{}') from (select option_id, sum(votes)::int as votes from tally group by 1) x) as tally`;
  type Row = { choices: Record<string, string>; rows: Record<string, number>; tally: Record<string, number> };
  const [row] = await stack.sql<Row>(text, [ledger.voterIds]);
  if (!row) throw new Error('The database did not answer the audit.');
  return ledger.audit({ choices: new Map(Object.entries(row.choices)), tally: row.tally }, row.rows);
}
