import { randomBytes } from 'node:crypto';
import type net from 'node:net';

/**
 * What a function that was taken over has done to the database, each as steps that a test, or a container of `make chaos`, can repeat.
 * Statements go through one session of `role`, one after the other; a refusal doesn't stop the attacker.
 */
export interface Attack {
  title: string;
  role: 'record-vote' | 'fetch-results';
  statements: readonly string[];
  /** What another session of the role has sent before; it stays open, and with it its transaction. */
  accomplice?: readonly string[];
  /** The last statement is sent this often. */
  times?: number;
  /** So many sessions do it at the same time, as far as they are let in; all of them stay. */
  sessions?: number;
}

const MINE = '00000000-0000-4000-8000-00000000a77a';
/** Every way to name oneself; `all` is for superusers only. */
const OWN_ROLE = ['"record-vote"', 'current_user', '"record-vote" in database votes', 'all'];
const SPOILED = ['search_path = pg_temp, nowhere', 'transaction_timeout = 1', 'local_preload_libraries = nowhere'];

export const NESTED = 'savepoint nested; select pg_current_xact_id();';

export const ATTACKS = {
  'order of acceptance at the end of time': {
    title: 'a vote whose place in the order of acceptance is the highest number there is',
    role: 'record-vote',
    statements: [`select record_votes('{${MINE}}', '{cats}', '{9223372036854775807}')`],
  },
  'settings of its role': {
    title: 'settings of its own role that no successor can work with',
    role: 'record-vote',
    statements: SPOILED.flatMap((setting) => OWN_ROLE.map((role) => `alter role ${role} set ${setting}`)),
  },
  'settings of great length': {
    title:
      'settings of its own role that are long and change all the time, since Postgres keeps the old ones for a while',
    role: 'record-vote',
    statements: Array.from(
      { length: 20 },
      () => `alter role current_user set search_path = '${randomBytes(240_000).toString('hex')}'`,
    ),
  },
  'notifications without end': {
    title: 'notifications that nobody takes, since the one who listens never ends its transaction',
    role: 'record-vote',
    accomplice: ['listen fill', 'begin', 'select 1'],
    statements: [`notify fill, '${'x'.repeat(7_900)}'`],
    times: 500,
  },
  'open transaction': {
    title: 'a transaction that has voted and stays open',
    role: 'record-vote',
    accomplice: [
      'set idle_in_transaction_session_timeout = 0',
      'begin',
      `select record_votes('{${MINE}}', '{cats}', '{1}')`,
    ],
    statements: [],
  },
  'memory in a do block': {
    title: 'a program in the database that takes memory until there is none',
    role: 'record-vote',
    statements: [
      'set statement_timeout = 0',
      `do $$ declare kept text[]; begin loop kept := kept || repeat(md5(random()::text), 300000); end loop; end $$`,
    ],
  },
  'memory in one statement': {
    title: 'statements that take memory until there is none',
    role: 'record-vote',
    statements: [
      'set statement_timeout = 0',
      'set work_mem = 2147483647',
      `select length(string_agg(repeat('x', 1000000), '')) from generate_series(1, 900)`,
      'select array_length(array_fill(1::bigint, array[120000000]), 1)',
      `select count(*) from (select n, repeat('x', 1000) from generate_series(1, 2000000) n order by 2, 1 offset 1) sorted`,
      `select length(replace(repeat('x', 100000000), 'x', 'yyyyyyyyy'))`,
    ],
  },
  'memory in all sessions': {
    title: 'as many sessions as there may be, each of which keeps as much memory as it gets',
    role: 'record-vote',
    sessions: 20,
    statements: [
      'set statement_timeout = 0',
      'set work_mem = 2147483647',
      ...Array.from({ length: 80 }, (_, n) => {
        const rows = `select repeat('x', 1000) from generate_series(1, 1000)`;
        return `declare kept_${n} cursor with hold for ${rows}`;
      }),
    ],
  },
  'locks in all sessions': {
    title: 'as many sessions as there may be, each of which nests savepoints that have locks until there are none',
    role: 'record-vote',
    sessions: 20,
    statements: ['set statement_timeout = 0', 'begin', ...Array(100).fill(NESTED.repeat(50))],
  },
  'ending its neighbours': {
    title: 'the end of all other sessions of its role',
    role: 'record-vote',
    statements: [
      'select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()',
      'select pg_cancel_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()',
    ],
    times: 50,
  },
} as const satisfies Record<string, Attack>;

/** What an attack needs of a client of Postgres. */
interface Session {
  query(statement: string): Promise<unknown>;
}

/** @returns the SQLSTATE of each refusal, none where the statement was taken */
export async function attack(
  connect: () => Promise<Session>,
  { accomplice, statements, times = 1, sessions = 1 }: Attack,
): Promise<(string | undefined)[]> {
  if (accomplice) await sendAll(await connect(), accomplice);
  const all = [...statements, ...Array(times - 1).fill(statements.at(-1))];
  const each = await Promise.allSettled(Array.from({ length: sessions }, async () => sendAll(await connect(), all)));
  return each.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.code));
}

async function sendAll(session: Session, statements: readonly string[]): Promise<(string | undefined)[]> {
  const outcomes: (string | undefined)[] = [];
  for (const statement of statements)
    outcomes.push(
      await session.query(statement).then(
        () => undefined,
        ({ code = 'connection' }) => code,
      ),
    );
  return outcomes;
}

/**
 * Opens connections to Postgres and says nothing through them: they count before anybody knows who they are. One that is closed is opened
 * again.
 */
export function stayConnected(connect: typeof net.connect, count: number): { open: number; refused: string } {
  const state = { open: 0, refused: '' };
  const again = () => {
    const socket = connect(`${process.env.PGHOST ?? '/var/run/postgresql'}/.s.PGSQL.5432`);
    socket.once('connect', () => state.open++);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      state.refused = error.code ?? '';
    });
    socket.once('close', () => setTimeout(again, 20));
    socket.once('connect', () => socket.once('close', () => state.open--));
  };
  for (let n = 0; n < count; n++) again();
  return state;
}

/** The same as a program for `node -e`, since it runs in a container that has nothing but node; `SILENT` says how many. */
export const SILENT_CONNECTIONS = `const state = (${stayConnected})(require('node:net').connect, Number(process.env.SILENT));
setInterval(() => console.log(JSON.stringify(state)), 200);`;
