import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { parseCatalog } from '@serverless-vote/catalog';
import { AddressRate } from '@serverless-vote/http-server/address-rate';
import { afterEach, expect, test } from 'vitest';
import { clientOf } from './client-of.ts';
import { gateway } from './gateway.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const catalog = parseCatalog(
  JSON.stringify({
    functions: {},
    services: { web: { image: 'web', user: 10_003, memoryMb: 64, cpus: 1, processes: 16, tmpMb: 8 } },
    streams: {},
  }),
);

/** A gateway that allows a vote a minute, in front of a web that sets two cookies and says what it was told. */
async function serve(isProxy: boolean): Promise<string> {
  const folder = mkdtempSync(`${tmpdir()}/proxied-`);
  const socketPath = `${folder}/web.sock`;
  const web = http.createServer(({ headers }, response) => {
    response.writeHead(200, { 'set-cookie': ['voter=1; Path=/', 'receipt=2; Path=/'] });
    response.end(
      JSON.stringify([headers['x-forwarded-for'], headers['x-forwarded-proto'], headers['x-forwarded-host']]),
    );
  });
  const server = gateway({
    ...{ catalog, isProxy: () => isProxy, voteRate: new AddressRate(1) },
    services: new Map([
      ['web', { name: 'web', isUp: true, lease: async () => ({ target: { socketPath }, release() {}, fail() {} }) }],
    ]),
    ...{ invoker: { prewarm: () => undefined }, streams: new Map(), votes: { since: undefined } },
  });
  closing.push(() => rmSync(folder, { recursive: true }));
  for (const [each, at] of [
    [web, socketPath],
    [server, 0],
  ] as const) {
    await new Promise<void>((resolve) => each.listen(at as number, resolve));
    closing.push(() => each.close());
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const overTls = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'attacker.example',
};

test('web learns the client of the proxy, and the browser gets cookies for TLS alone', async () => {
  const url = await serve(true);
  const answer = await fetch(url, { headers: overTls });
  expect(await answer.json()).toEqual(['203.0.113.9', 'https', new URL(url).host]);
  expect(answer.headers.getSetCookie()).toEqual(['voter=1; Path=/; Secure', 'receipt=2; Path=/; Secure']);
});

test('who isn’t the proxy can claim nothing', async () => {
  const url = await serve(false);
  const answer = await fetch(url, { headers: overTls });
  expect(await answer.json()).toEqual([expect.stringMatching(/127\.0\.0\.1$/), 'http', new URL(url).host]);
  expect(answer.headers.getSetCookie()).toEqual(['voter=1; Path=/', 'receipt=2; Path=/']);
});

test('votes are counted per client of the proxy', async () => {
  const url = await serve(true);
  const vote = async (address: string) =>
    (await fetch(url, { method: 'POST', body: 'choice=cats', headers: { 'x-forwarded-for': address } })).status;
  expect([await vote('203.0.113.9'), await vote('203.0.113.10'), await vote('203.0.113.9')]).toEqual([200, 200, 429]);
});

test.each([
  [{ 'x-forwarded-for': '1.1.1.1, 203.0.113.9', 'x-forwarded-proto': 'http, https' }, '203.0.113.9', 'https'],
  [{ 'x-forwarded-for': '2001:db8::1' }, '2001:db8::1', 'http'],
  [{ 'x-forwarded-for': 'nobody', 'x-forwarded-proto': 'wss' }, '172.18.0.1', 'http'],
  [{}, '172.18.0.1', 'http'],
])('of %j only what the proxy itself has appended counts', (headers, address, proto) => {
  const socket = { remoteAddress: '172.18.0.1' } as http.IncomingMessage['socket'];
  expect(clientOf({ headers, socket }, () => true)).toEqual({ address, proto });
});
