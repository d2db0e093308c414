import net from 'node:net';
import { atMostEvery } from '@serverless-vote/contracts/at-most-every';
import { type Address, connect, DATABASE } from './connection.ts';

const PORT = 5432;
const ANSWER_MS = 1_500;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';

/** The checks: can the owner log in and query, and is there space for a megabyte, which is freed at once? */
const QUESTIONS = {
  isThere: 'select 1',
  hasSpace: `begin;
    create temporary table space on commit drop as select repeat('x', 1900) as taken from generate_series(1, 500);
    rollback`,
};

/** Does the database accept connections? Sends nothing, so that Postgres starts no session. */
export function answers({ host }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${PORT}`) : net.connect(PORT, host);
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(ANSWER_MS, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** Asks the database at most once in `everyMs`, however many callers there are. */
export const probe = (address: Address, question: keyof typeof QUESTIONS, everyMs: number): (() => Promise<boolean>) =>
  atMostEvery(everyMs, () =>
    ask(address, question).then(
      () => true,
      // A database that is too busy to answer counts as having space.
      (error: unknown) => question === 'hasSpace' && (error as { code?: string }).code !== DISK_FULL,
    ),
  );

async function ask(address: Address, question: keyof typeof QUESTIONS): Promise<void> {
  const client = await connect(address, DATABASE, { connectMs: ANSWER_MS, queryMs: ANSWER_MS });
  try {
    await client.query(QUESTIONS[question]);
  } finally {
    await client.end();
  }
}
