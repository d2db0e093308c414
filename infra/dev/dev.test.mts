import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { STACK = 'serverless-vote', GATEWAY_URL = 'http://localhost:8080' } = process.env;
let dev: ChildProcess;
let pages: string;
let said = '';

const voters = () =>
  execFileSync('docker', [
    ...['ps', '--quiet', '--filter', `label=org.serverless-vote.launcher=${STACK}`],
    ...['--filter', 'label=org.serverless-vote.name=record-vote'],
  ])
    .toString()
    .split('\n')
    .filter(Boolean);

const vote = () =>
  fetch(`${pages}/vote`, {
    method: 'POST',
    headers: { accept: 'application/json', origin: pages },
    body: new URLSearchParams({ choice: 'cats' }),
    signal: AbortSignal.timeout(240_000),
  });

beforeAll(async () => {
  const reserved = createServer().listen(0, '127.0.0.1');
  await once(reserved, 'listening');
  const { port } = reserved.address() as { port: number };
  reserved.close();
  pages = `http://localhost:${port}`;
  const env = { ...process.env, STACK, LOCAL_URL: GATEWAY_URL, DEV_PORT: String(port) };
  dev = spawn('node', ['infra/dev/dev.mts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [dev.stdout, dev.stderr])
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  await vi.waitUntil(() => said.includes('Pages in development mode') || dev.exitCode !== null, 240_000);
  expect(said).toContain('Pages in development mode');
});

afterAll(async () => {
  if (dev.exitCode !== null) return;
  const gone = once(dev, 'exit');
  dev.kill();
  await gone;
});

it('serves the vote page in development mode, against the running stack', async () => {
  // On a busy machine a page may be shown before its question is known.
  const page = async () => (await fetch(pages, { signal: AbortSignal.timeout(240_000) })).text();
  await expect.poll(page).toContain('Cats');
  const answer = await vote();
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ choice: 'cats', containerId: expect.stringMatching(/^[0-9a-f]{12}$/) });
});

it('hands on the stream of results', async () => {
  const { body } = await fetch(`${pages}/streams/results`, { signal: AbortSignal.timeout(240_000) });
  for await (const chunk of body ?? []) if (Buffer.from(chunk).includes('"total"')) return;
  expect.unreachable('the stream ended without results');
});

it('rebuilds a function that was saved, and lets its waiting containers go', async () => {
  let before: string[] = [];
  // On a busy machine a container may not be ready before nobody needs it any more.
  const someWait = async () => {
    await vote();
    before = voters();
    return before.length > 0;
  };
  await expect.poll(someWait).toBe(true);
  const now = new Date();
  utimesSync(join(root, 'functions/record-vote/src/handler.ts'), now, now);
  await expect.poll(() => said).toContain('record-vote is new');
  await expect.poll(() => voters().filter((id) => before.includes(id))).toEqual([]);
  expect((await vote()).status).toBe(200);
});
