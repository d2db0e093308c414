// What tests of polls share: a database, a session of each function, and what functions do there.
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Caller, DatabaseContainer, FUNCTIONS } from './database-container.ts';

export let database: DatabaseContainer;
export let owner: Client;
const sessions = new Map<Caller, Client>();

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
  owner = await database.connect('postgres');
  for (const name of FUNCTIONS) sessions.set(name, await database.connect(name));
});
afterAll(() => database?.stop());
beforeEach(async () => {
  await owner.query('truncate votes, tally, options, polls');
  // The first event of a test is earlier than all that follow.
  clock = Date.now() * 1_000;
});

/** Microseconds. */
let clock: number;
/** The next place in the order of acceptance. */
export const accept = () => ++clock;
export const later = (seconds: number) => clock + seconds * 1_000_000;

/** Calls a function of the schema as one of ours. */
export async function as(caller: Caller, call: string, ...values: unknown[]) {
  const client = sessions.get(caller) as Client;
  const parameters = values.map((_, index) => `$${index + 1}`).join(', ');
  return (await client.query(`select ${call}(${parameters}) as answer`, values)).rows[0]?.answer;
}

export const options = [
  { id: 'yes', label: 'Yes' },
  { id: 'no', label: 'No' },
];
export const draft = (id: string) => ({ id, question: `${id}?`, options });
export const open = (what: object, opening: object = {}, event: number | null = accept()) =>
  as('open-poll', 'open_poll', what, opening, event);
export const close = (poll: string | null = null, closesAt: string | null = null, event: number | null = accept()) =>
  as('close-poll', 'close_poll', poll, closesAt, event);
export const add = (...ids: string[]) => as('edit-polls', 'add_drafts', JSON.stringify(ids.map(draft)), accept());
export const startOver = (poll: string, opening: object = {}, event = accept()) =>
  as('edit-polls', 'start_over', poll, opening, event);
export const results = (poll: string | null = null) =>
  as('fetch-results', 'read_results', poll === null ? [null] : [poll]);
export const list = async () => (await as('list-polls', 'list_polls')).polls;
export const statuses = async () =>
  Object.fromEntries((await list()).map(({ id, status }: Record<string, string>) => [id, status]));

/** Votes as record-vote does. @returns the poll that it counts for, or why it doesn't */
export async function vote(
  poll: string | null,
  accepted: number | null = accept(),
  voter = randomUUID(),
  choice = 'yes',
) {
  const client = sessions.get('record-vote') as Client;
  const { rows } = await client.query(
    'select refusal from record_votes(array[$1::uuid], array[$2], array[$3::bigint], array[$4])',
    [voter, choice, accepted, poll],
  );
  if (rows[0].refusal) return rows[0].refusal;
  const counted = 'select poll_id from votes where voter_id = $1 order by recorded_at desc limit 1';
  return (await owner.query(counted, [voter])).rows[0].poll_id;
}

/** The places of a poll. */
export async function placesOf(poll: string) {
  const { rows } = await owner.query(
    'select opened_order::float8 as opened, closed_order::float8 as closed from polls where id = $1',
    [poll],
  );
  return rows[0] as { opened: number; closed: number };
}
