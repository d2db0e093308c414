import net from 'node:net';
import { atMostEvery } from '@serverless-vote/contracts/at-most-every';
import { type Address, connect, DATABASE } from './connection.ts';

const PORT = 5432;
const ANSWER_MS = 1_500;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';

/** What may be asked: does it let the owner in and answer, and has it space for a megabyte, which it has back at once? */
const QUESTIONS = {
  isThere: 'select 1',
  hasSpace: `begin;
    create temporary table space on commit drop as select repeat('x', 1900) as taken from generate_series(1, 500);
    rollback`,
};

/** Does the database take connections now? Says nothing to it, so that it has no session to make. */
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

/** Asks the database once in `everyMs` at most, however many ask. */
export const probe = (address: Address, question: keyof typeof QUESTIONS, everyMs: number): (() => Promise<boolean>) =>
  atMostEvery(everyMs, () =>
    ask(address, question).then(
      () => true,
      // One that has no time just now has space, as far as anybody knows.
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
