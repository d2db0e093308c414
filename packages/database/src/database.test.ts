import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { postgres } from './database.ts';

let host: string;
let server: net.Server;
let connections = 0;
let heard = 0;
/** https://www.postgresql.org/docs/current/protocol-message-formats.html: no waiting helps against this error. */
const fields = 'SFATAL\0C28000\0Mnot now\0\0';
const REFUSAL = Buffer.concat([Buffer.from('E\0\0\0'), Buffer.from([fields.length + 4]), Buffer.from(fields)]);
/** In the place of a Postgres that refuses whoever says something. */
beforeEach(async () => {
  host = mkdtempSync(`${tmpdir()}/database-`);
  [connections, heard] = [0, 0];
  server = net.createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard += data.length;
      socket.end(REFUSAL);
    });
  });
  await new Promise<void>((resolve) => server.listen(`${host}/.s.PGSQL.5432`, resolve));
});
afterEach(() => {
  server.close();
  rmSync(host, { recursive: true, force: true });
});

function open() {
  const log = { info: vi.fn(), warn: vi.fn() };
  const polls = { poll: { question: '?', options: [] }, file: undefined };
  return { log, database: postgres({ host }, { polls, migrationsDir: '', resume: () => undefined, log }) };
}

test('the preparation is tried until it succeeds or the launcher stops', async () => {
  const { log, database } = open();
  await expect.poll(() => log.warn.mock.calls.length).toBeGreaterThan(1);
  expect(log.warn).toHaveBeenCalledWith({ error: 'not now' }, 'database.waiting');
  expect(database.ready.isDone).toBe(false);
  database.close();
  expect(await database.ready.done).toEqual({ asyncEventsAreLeft: false });
  expect(database.ready.isDone).toBe(false);
});

test('it answers when it takes a connection, which costs it no session', async () => {
  const { database } = open();
  database.close();
  await database.ready.done;
  heard = 0;
  expect(await database.answers()).toBe(true);
  expect(heard).toBe(0);
  await new Promise((resolve) => server.close(resolve));
  expect(await database.answers()).toBe(false);
});

test('it is asked once a second at most, however many ask', async () => {
  const { database } = open();
  database.close();
  await database.ready.done;
  const before = connections;
  const answers = await Promise.all(Array.from({ length: 20 }, () => database.isThere()));
  expect({ answers: new Set(answers), connections: connections - before }).toEqual({
    ...{ answers: new Set([false]), connections: 1 },
  });
});

test('a database that does not say that it is full has space, as far as anybody knows', async () => {
  const { database } = open();
  database.close();
  expect(await database.hasSpace(true)).toBe(true);
});
