import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoreFunctionRoles } from '../src/prepare.ts';
import { ATTACKS, attack, NESTED, SILENT_CONNECTIONS } from './attacks.ts';
import { DatabaseContainer, image } from './database-container.ts';
import { docker, startContainer } from './docker.ts';

const OUT_OF_MEMORY = '53200';
const QUEUE_IS_FULL = '54000';
const FORBIDDEN = '42501';

let database: DatabaseContainer;
/** A session of the same role that means well, and is there all the time. */
let neighbour: Client;
const connect = () => database.connect('record-vote');
const neighbourVotes = () => neighbour.query("select record_votes('{}', '{}', '{}')");

/** Ends all sessions of both roles but the neighbour's. They count until Postgres has undone what they did, long after a client has gone. */
async function endTheOthers(): Promise<void> {
  const owner = await database.connect('postgres');
  const { rows } = await neighbour.query('select pg_backend_pid() as pid');
  const others = `from pg_stat_activity where usename in ('fetch-results', 'record-vote') and pid <> $1`;
  const endAll = async () => (await owner.query(`select pg_terminate_backend(pid) ${others}`, [rows[0].pid])).rowCount;
  await expect.poll(endAll).toBe(0);
}

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
  neighbour = await connect();
  await neighbourVotes();
});
afterAll(() => database?.stop());

describe('a session that was taken over', () => {
  test('can’t run a program in the database', async () => {
    expect(await attack(connect, ATTACKS['memory in a do block'])).toEqual([undefined, FORBIDDEN]);
    await neighbourVotes();
  });

  test('can’t take the memory that other sessions need: it runs out of memory alone', async () => {
    const { statements } = ATTACKS['memory in one statement'];
    const outcomes = await attack(connect, ATTACKS['memory in one statement']);
    expect(outcomes.slice(0, 2)).toEqual([undefined, undefined]);
    expect(outcomes.slice(2)).toEqual(Array(statements.length - 2).fill(OUT_OF_MEMORY));
    await neighbourVotes();
  });

  test.each(['memory in all sessions', 'locks in all sessions'] as const)(
    'can’t take what all others need, not even through all sessions of all roles: %s',
    async (name) => {
      for (const caller of ['fetch-results', 'record-vote'] as const)
        expect(await attack(() => database.connect(caller), ATTACKS[name])).toContain(OUT_OF_MEMORY);
      await neighbourVotes();
      await neighbour.query(`begin; ${NESTED.repeat(20)} rollback`);
      await endTheOthers();
    },
  );

  test('can’t fill the disk with notifications', async () => {
    expect(await attack(connect, ATTACKS['notifications without end'])).toContain(QUEUE_IS_FULL);
    const queue = '/var/lib/postgresql/18/docker/pg_notify';
    expect(Number.parseInt(await docker('exec', database.id, 'du', '-sm', queue), 10)).toBeLessThanOrEqual(2);
    await neighbourVotes();
  });

  test('can’t fill the disk with settings of its role for long: restoring the role frees what they took', async () => {
    const owner = await database.connect('postgres', 'postgres');
    const size = async () => {
      const { rows } = await owner.query(`select pg_total_relation_size('pg_db_role_setting')::int as bytes`);
      return rows[0].bytes;
    };
    await attack(connect, ATTACKS['settings of great length']);
    expect(await size()).toBeGreaterThan(5_000_000);
    const address = { host: database.hostFor('postgres'), connectTimeoutMs: 110_000 };
    expect((await restoreFunctionRoles(address)).roles).toEqual(['record-vote']);
    expect(await size()).toBeLessThan(1_000_000);
    await neighbourVotes();
  });

  test('can’t hold up whoever restores its role by a change that it doesn’t commit', async () => {
    const session = await connect();
    await session.query(`begin; alter role current_user set search_path = 'mine'`);
    await session.query(`set idle_in_transaction_session_timeout = 0`);
    const owner = await database.connect('postgres', 'postgres');
    await owner.query(`alter role "record-vote" in database votes set search_path = 'mine'`);
    const address = { host: database.hostFor('postgres'), connectTimeoutMs: 10_000 };
    // Sessions of the tests before may be about to end.
    await expect.poll(() => restoreFunctionRoles(address)).toEqual({ roles: [], ended: 0, busy: 1 });
    await session.query('commit');
    expect(await restoreFunctionRoles(address)).toEqual({ roles: ['record-vote'], ended: 0, busy: 0 });
    await session.end();
  });

  test('can’t end other sessions of its role', async () => {
    const outcomes = await attack(connect, ATTACKS['ending its neighbours']);
    expect(new Set(outcomes)).toEqual(new Set([FORBIDDEN]));
    await neighbourVotes();
  });
});

test('connections that say nothing, 160 from each container of a function that only reads, keep nobody out', async () => {
  const sockets = `${database.socketVolume}:/var/run/postgresql:ro`;
  const attackers = await Promise.all(
    Array.from({ length: 4 }, () =>
      startContainer(
        ...['--volume', sockets, '--env', 'SILENT=160', '--pids-limit', '32', '--memory', '128m'],
        ...['--entrypoint', 'node', image('fetch-results'), '-e', SILENT_CONNECTIONS],
      ),
    ),
  );
  const open = async () => {
    const lines = await Promise.all(attackers.map((attacker) => docker('logs', '--tail', '1', attacker)));
    return lines.reduce((sum, line) => sum + (line ? JSON.parse(line).open : 0), 0);
  };
  await expect.poll(open).toBeGreaterThan(500);
  const voter = await connect();
  await voter.query("select record_votes('{}', '{}', '{}')");
  await expect.poll(open).toBeGreaterThan(500);
  await docker('rm', '--force', ...attackers);
});
