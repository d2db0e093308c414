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

test.each([
  ['does not read the answer is given up, and is no failure of web', 20_000_000, undefined],
  ['waits for the rest of an answer is told that web has failed', 10, expect.any(Error)],
])('a client that %s', async (_who, bytes, failure) => {
  const stalls = http.createServer((_request, response) => {
    response.writeHead(200, { 'Content-Length': 30_000_000 }).write(Buffer.alloc(bytes));
  });
  await listening(stalls);
  const { port } = stalls.address() as AddressInfo;
  const ended = Promise.withResolvers<Error | undefined>();
  const gateway = http.createServer((request, response) => {
    const parts = { target: { host: '127.0.0.1', port }, body: Buffer.alloc(0), withinMs: 1_000 };
    exchange(request, response, parts).then(ended.resolve, ended.reject);
  });
  await listening(gateway);
  const client = net.connect((gateway.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n');
  expect(await ended.promise).toEqual(failure);
  client.destroy();
  for (const server of [stalls, gateway]) server.close().closeAllConnections();
});
