import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from './exchange.ts';

/** Answers with what it was sent. */
const web = http.createServer((request, response) => response.end(`${request.method} ${request.url}`));
const front = http.createServer((request, response) => {
  const { port } = web.address() as AddressInfo;
  void exchange(request, response, { target: { host: '127.0.0.1', port }, body: Buffer.alloc(0) });
});
const listening = (server: http.Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

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
const FAILED = expect.any(Error);
test.concurrent.each([
  // Longer than a busy machine takes to fill all buffers on the way.
  ['does not read the answer is given up, and is no failure of web', HEADERS.padEnd(20_000_000), 4_000, undefined],
  ['waits for the rest of an answer is told that web has failed', HEADERS.padEnd(100), 200, FAILED],
  ['waits behind a megabyte of empty lines is told that web has failed', '\r\n'.repeat(500_000), 200, FAILED],
])('a client that %s', async (_who, bytes, withinMs, failure) => {
  const open = new Set<net.Socket>();
  const stalls = net.createServer((socket) => {
    open.add(socket.on('error', () => undefined));
    socket.once('data', () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => stalls.listen(0, '127.0.0.1', resolve));
  const { port } = stalls.address() as AddressInfo;
  const ended = Promise.withResolvers<Error | undefined>();
  const gateway = http.createServer((request, response) => {
    const parts = { target: { host: '127.0.0.1', port }, body: Buffer.alloc(0), withinMs };
    exchange(request, response, parts).then(ended.resolve, ended.reject);
  });
  await listening(gateway);
  const client = net.connect((gateway.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n');
  expect(await ended.promise).toEqual(failure);
  client.destroy();
  for (const socket of open) socket.destroy();
  stalls.close();
  gateway.close().closeAllConnections();
});
