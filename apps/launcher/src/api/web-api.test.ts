import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readCatalog } from '@serverless-vote/catalog';
import { ByteBudget } from '@serverless-vote/http-server/body';
import { afterEach, expect, test, vi } from 'vitest';
import type { Invoker } from '../invoke/invoker.ts';
import { webApi } from './web-api.ts';

const catalog = readCatalog(path.resolve(import.meta.dirname, '../../../../functions/catalog.json'));
const closing: http.Server[] = [];
afterEach(() => {
  for (const server of closing.splice(0)) server.close();
});

async function serve({
  key,
  knowsWeb = true,
  megabytes = 32,
}: {
  key?: string;
  knowsWeb?: boolean;
  megabytes?: number;
} = {}) {
  const invoke = vi.fn<Invoker['invoke']>().mockRejectedValue(new Error('enough'));
  const killed: string[] = [];
  const kill = async (name: string) => {
    killed.push(name);
    return { containerId: 'a1b2c3d4e5f6', events: 1 };
  };
  const app = webApi({
    ...{ catalog, bodies: new ByteBudget(megabytes * 1024 * 1024), presenter: { key, kill }, knowsWeb: () => knowsWeb },
    invoker: { invoke } as unknown as Invoker,
    health: async () => ({ status: 'ok' }),
  });
  const server = http.createServer(app).listen(0, '127.0.0.1');
  closing.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (route: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${route}`, init);
  const asksToKill = (authorization: string, name = 'record-vote') =>
    ask(`/presenter/kill?name=${name}`, { method: 'POST', headers: { authorization } });
  return { ask, asksToKill, killed, invoke };
}

test('with the key, the presenter kills a container of a function that web may invoke', async () => {
  const { asksToKill, killed } = await serve({ key: 'KEY' });
  expect(await (await asksToKill('Bearer KEY')).json()).toEqual({ containerId: 'a1b2c3d4e5f6', events: 1 });
  expect(killed).toEqual(['record-vote']);
  expect((await asksToKill('Bearer KEY', 'no-function-of-web')).status).toBe(404);
  expect(killed).toHaveLength(1);
});

test.each([
  ['KEY', ['', 'Bearer ', 'KEY', 'Bearer KEYS']],
  [undefined, ['', 'Bearer ', 'Bearer undefined']],
] as const)('with the key %s, nobody else does', async (key, tries) => {
  const { asksToKill, killed } = await serve(key === undefined ? {} : { key });
  for (const authorization of tries) expect((await asksToKill(authorization)).status).toBe(403);
  expect(killed).toEqual([]);
});

test('only web may call it, and web may invoke only what the catalog allows', async () => {
  const stranger = await serve({ key: 'KEY', knowsWeb: false });
  expect((await stranger.ask('/healthz')).status).toBe(403);
  expect((await stranger.asksToKill('Bearer KEY')).status).toBe(403);
  const { ask } = await serve();
  expect((await ask('/healthz')).status).toBe(200);
  const route = '/2015-03-31/functions/no-function-of-web/invocations';
  expect((await ask(route, { method: 'POST', body: '{}' })).status).toBe(403);
});

test('an event of web is not much larger than a post that the gateway takes', async () => {
  const { ask, invoke } = await serve();
  const statusOf = async (body: string) =>
    (await ask('/2015-03-31/functions/record-vote/invocations', { method: 'POST', body })).status;
  expect(await statusOf(`"${'x'.repeat(64 * 1024 - 1)}"`)).toBe(413);
  expect(await statusOf('['.repeat(6 * 1024 * 1024))).toBe(413);
  expect(invoke).not.toHaveBeenCalled();
  await statusOf(`"${'x'.repeat(64 * 1024 - 2)}"`);
  expect(invoke).toHaveBeenCalledTimes(1);
});

test('unread results count until their callers disconnect, and beyond the budget a result is refused', async () => {
  const { ask, invoke } = await serve({ megabytes: 40 });
  const payload = Buffer.alloc(32 * 1024 * 1024, ' ');
  const about = {
    requestId: '',
    memoryMb: 1,
    calls: [],
    log: async () => '',
    containerId: '',
    startKind: 'warm',
    phases: {},
  } as const;
  invoke.mockResolvedValue({ ...about, outcome: { kind: 'result', payload } });
  const route = '/2015-03-31/functions/fetch-results/invocations';
  const left = new AbortController();
  const unread = await ask(route, { method: 'POST', body: '{}', signal: left.signal });
  expect(unread.status).toBe(200);
  expect((await ask(route, { method: 'POST', body: '{}' })).status).toBe(429);
  left.abort();
  const read = async () => (await ask(route, { method: 'POST', body: '{}' })).status;
  await expect.poll(read).toBe(200);
});
