import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { readCatalog } from '@serverless-vote/catalog';
import { parseSettings } from '@serverless-vote/settings';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processPlatform } from '../test/process-platform.ts';
import { commandOf } from '../test/program.ts';
import { startLauncher } from './launcher.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const programs = { web: commandOf('web'), function: commandOf('function') };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/launcher-`);
  writeFileSync(`${directory}/secret`, 'x'.repeat(64));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A launcher with real child processes instead of containers. */
async function start(wanted = { public: 0, private: 0 }) {
  const lines: string[] = [];
  const log = pino(new Writable({ write: (line, _encoding, done) => done(void lines.push(String(line))) }));
  const programOf = (image: string) => programs[image.includes('/web:') ? 'web' : 'function'];
  const platform = processPlatform(directory, programOf, wanted);
  const launcher = await startLauncher({
    settings: parseSettings({ STACK_ID: 'test', SESSION_SECRET_FILE: `${directory}/secret` }),
    catalog: readCatalog(`${root}/functions/catalog.json`),
    ...{ platform, log, migrationsDir: '' },
  }).catch((error: Error) => error);
  return { launcher, lines, platform };
}

async function started() {
  const { launcher, platform } = await start();
  if (launcher instanceof Error) throw launcher;
  const [pages, control] = [platform.ports.public, platform.ports.private].map((port) => `http://127.0.0.1:${port}`);
  return { launcher, platform, pages: `${pages}`, control: `${control}` };
}

test('invokes a function, and leaves nothing behind when it stops', async () => {
  const { launcher, platform, control } = await started();
  const url = `${control}/2015-03-31/functions/record-vote/invocations`;
  const response = await fetch(url, { method: 'POST', body: '{"a":1}' });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-start-kind')).toBe('cold');
  await launcher.stop();
  expect(await platform.engine.list()).toEqual([]);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('a page starts web from zero, which invokes a function through its own socket', async () => {
  const { launcher, platform, pages } = await started();
  const page = await fetch(pages);
  expect({ status: page.status, body: await page.json() }).toEqual({ status: 200, body: { pid: expect.any(Number) } });
  await launcher.stop();
  expect(await platform.engine.list()).toEqual([]);
});

test('a page that was accepted before a stop is answered, though it invokes a function after that', async () => {
  const { launcher, platform, pages } = await started();
  const page = await fetch(`${pages}/slow`);
  const stopped = launcher.stop();
  expect(await page.json()).toEqual({ pid: expect.any(Number) });
  await stopped;
  expect(await platform.engine.list()).toEqual([]);
});

test('is healthy without a database', async () => {
  const { launcher, control } = await started();
  expect(await (await fetch(`${control}/healthz`)).json()).toEqual({ status: 'ok' });
  await launcher.stop();
});

test.each([
  ['record-vote', 'failing'],
  ['open-poll', 'ok'],
])(
  'an error of %s, again and again, makes health %s: it says whether a vote would be recorded',
  async (name, status) => {
    const { launcher, control } = await started();
    const body = JSON.stringify({ do: 'throw', errorType: 'TypeError', message: 'broken' });
    for (let times = 0; times < 3; times += 1)
      await fetch(`${control}/2015-03-31/functions/${name}/invocations`, { method: 'POST', body });
    expect(await (await fetch(`${control}/healthz`)).json()).toMatchObject({ status });
    await launcher.stop();
  },
);

test.each(['public', 'private'] as const)(
  'names the %s port when it is taken, and says of none that it listens',
  async (which) => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { launcher, lines } = await start({ public: 0, private: 0, [which]: port });
    expect(launcher).toMatchObject({ name: 'PortTaken', message: expect.stringContaining(`Port ${port} is taken`) });
    expect(lines.join()).not.toContain('launcher.listening');
    other.close();
  },
);
