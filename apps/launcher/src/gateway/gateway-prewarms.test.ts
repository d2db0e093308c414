import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { gateway } from './gateway.ts';

const closing: http.Server[] = [];
afterEach(() => {
  for (const server of closing.splice(0)) server.close();
});

async function listen(server: http.Server): Promise<number> {
  closing.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A gateway whose web starts when the test says so. `asked` resolves when a request waits for it. */
async function serve({ isUp }: { isUp: boolean }) {
  const port = await listen(http.createServer((_request, response) => response.end('a page')));
  const asked = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  if (isUp) started.resolve();
  const lease = async () => {
    asked.resolve();
    await started.promise;
    return { target: { host: '127.0.0.1', port }, release: () => undefined, fail: () => undefined };
  };
  const prewarmed: string[][] = [];
  const server = gateway({
    catalog: {
      services: { web: { prewarms: { '/': ['one', 'two'], '/vote': ['one'], '/voting': ['one'] } } as never },
    },
    services: new Map([['web', { name: 'web', isUp, lease }]]),
    invoker: { prewarm: (names) => void prewarmed.push([...names]) },
    streams: new Map(),
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked: asked.promise, start: started.resolve, prewarmed };
}

const vote = { method: 'POST', body: 'choice=cats' };

test('what the visitor of a page will need starts once the page is out', async () => {
  const { url, prewarmed } = await serve({ isUp: true });
  expect(await (await fetch(url)).text()).toBe('a page');
  await expect.poll(() => prewarmed).toEqual([['one', 'two']]);
});

test('what a vote needs starts beside web, not after it', async () => {
  const { url, asked, start, prewarmed } = await serve({ isUp: false });
  const answer = fetch(`${url}/vote`, vote);
  await asked;
  expect(prewarmed).toEqual([['one']]);
  start();
  expect((await answer).status).toBe(200);
  expect(prewarmed).toHaveLength(1);
});

test('what a vote needs starts beside web for a page that asks ahead of it', async () => {
  const { url, asked, start, prewarmed } = await serve({ isUp: false });
  const answer = fetch(`${url}/voting`, { headers: { accept: 'application/json' } });
  await asked;
  expect(prewarmed).toEqual([['one']]);
  start();
  expect((await answer).status).toBe(200);
});

test('what the visitor of a page will need does not delay the page', async () => {
  const { url, asked, start, prewarmed } = await serve({ isUp: false });
  const answer = fetch(url, { headers: { accept: 'text/html' } });
  await asked;
  expect(prewarmed).toEqual([]);
  start();
  expect((await answer).status).toBe(200);
  await expect.poll(() => prewarmed).toEqual([['one', 'two']]);
});

test('a vote that web can take starts nothing by itself', async () => {
  const { url, prewarmed } = await serve({ isUp: true });
  expect((await fetch(`${url}/vote`, vote)).status).toBe(200);
  expect(prewarmed).toEqual([]);
});
