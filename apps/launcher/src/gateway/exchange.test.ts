import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exchange } from './exchange.ts';

/** Answers with what it was sent. */
const web = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
const front = http.createServer((request, response) => {
  const { port } = web.address() as AddressInfo;
  void exchange(request, response, { target: { host: '127.0.0.1', port }, body: Buffer.alloc(0) });
});
const listening = (server: net.Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

beforeAll(async () => void (await Promise.all([listening(web), listening(front)])));
afterAll(() => {
  for (const server of [front, web]) server.close().closeAllConnections();
});

/** What web was asked when a client sent this address, as it is. */
async function asked(url: string): Promise<string> {
  const socket = net.connect((front.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET ${url} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`);
  return /GET (.*)$/m.exec(await text(socket))?.[1] ?? '';
}

test.each([
  ['/', '/'],
  ['/results?poll=1', '/results?poll=1'],
  ['http://elsewhere.test/vote?x', '/vote?x'],
  ['/a/../vote', '/vote'],
  ['//elsewhere.test/vote', '//elsewhere.test/vote'],
  ['/%76ote', '/%76ote'],
  ['other://elsewhere.test/vote', '/vote'],
])('the address %s reaches web as %s', async (url, path) => {
  expect(await asked(url)).toBe(path);
});

const HEADERS = 'HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n';
/** A client that never reads, in front of a web that sends these bytes and no more. */
async function meet(
  bytes: string,
  { withinMs = 60_000, met = (_asked: http.ClientRequest, _response: http.ServerResponse) => {} },
) {
  const open = new Set<net.Socket>();
  const stalls = net.createServer((socket) => {
    open.add(socket.on('error', () => undefined));
    socket.once('data', () => socket.write(bytes));
  });
  await listening(stalls);
  const { port } = stalls.address() as AddressInfo;
  const ended = Promise.withResolvers<Error | undefined>();
  const gateway = http.createServer((request, response) => {
    const asks = (message: unknown) => met((message as { request: http.ClientRequest }).request, response);
    subscribe('http.client.request.created', asks);
    const parts = { target: { host: '127.0.0.1', port }, body: Buffer.alloc(0), withinMs };
    exchange(request, response, parts).then(ended.resolve, ended.reject);
    unsubscribe('http.client.request.created', asks);
  });
  await listening(gateway);
  const client = net.connect((gateway.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n');
  const failure = await ended.promise;
  client.destroy();
  for (const socket of open) socket.destroy();
  stalls.close();
  gateway.close().closeAllConnections();
  return failure;
}

test('a client that does not read the answer is given up, and is no failure of web', async () => {
  // A real timeout could pass before a busy machine has filled all buffers on the way.
  const met = (asked: http.ClientRequest, response: http.ServerResponse) =>
    void vi.waitUntil(() => response.writableNeedDrain && asked.emit('timeout'), { timeout: 120_000 });
  expect(await meet(HEADERS.padEnd(20_000_000), { met })).toBeUndefined();
});

test.concurrent.each([
  ['waits for the rest of an answer', HEADERS.padEnd(100)],
  ['waits behind a megabyte of empty lines', '\r\n'.repeat(500_000)],
])('a client that %s is told that web has failed', async (_who, bytes) => {
  expect(await meet(bytes, { withinMs: 200 })).toEqual(expect.any(Error));
});
