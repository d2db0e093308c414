import http from 'node:http';
import net, { type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exchangeAtOnce } from './exchange-at-once.ts';
import type { Target } from './ingress.ts';

/** Web, byte by byte: `answers` are sent in turn, one for each request. */
let answers: (Buffer | string)[];
let asked: Buffer[];
let connections: number;
const web = net.createServer((socket) => {
  connections += 1;
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    asked.push(bytes);
    const answer = answers.shift();
    if (answer !== undefined) socket.write(answer);
  });
});
let target: Target;
let failure: Error | undefined;
const gateway = http.createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const secure = request.url === '/over-tls';
  failure = await exchangeAtOnce(request, response, { target, body, secure, withinMs: 300 });
  if (failure) response.writeHead(503).end();
});
const listening = async (server: Server | http.Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
let url: string;

beforeAll(async () => {
  target = { host: '127.0.0.1', port: await listening(web) };
  url = `http://127.0.0.1:${await listening(gateway)}`;
});
beforeEach(() => {
  target = { ...target };
  [answers, asked, connections, failure] = [[], [], 0, undefined];
});
afterAll(() => {
  gateway.close().closeAllConnections();
  web.close();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const post = (body: Buffer | string = 'choice=cats', path = '/vote') =>
  fetch(`${url}${path}`, { method: 'POST', body });

test('a post reaches web as it was sent, and the answer its client, with all cookies', async () => {
  answers = [
    'HTTP/1.1 201 Yes\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Amz-Secret: no\r\nContent-Length: 2\r\n\r\n{}',
  ];
  const bytes = Buffer.from([0xff, 0x00, 0x0a, 0xc3]);
  const answer = await post(bytes, '/a/../vote?x=1');
  expect([answer.status, answer.headers.getSetCookie(), await answer.text()]).toEqual([201, ['a=1', 'b=2'], '{}']);
  expect(answer.headers.has('x-amz-secret')).toBe(false);
  const [request = Buffer.alloc(0)] = asked;
  expect(request.toString('latin1')).toMatch(/^POST \/vote\?x=1 HTTP\/1\.1\r\n/);
  expect(request.toString('latin1')).toContain(`host: ${new URL(url).host}\r\n`);
  expect(request.subarray(-bytes.length)).toEqual(bytes);
});

test('cookies for a client that uses TLS are sent over nothing else', async () => {
  answers = ['HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nContent-Length: 0\r\n\r\n'];
  expect((await post('x', '/over-tls')).headers.getSetCookie()).toEqual(['a=1; Path=/; Secure']);
});

test('a connection serves one post after another', async () => {
  answers = [OK, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n', `${OK}`];
  for (let n = 0; n < 3; n += 1) expect(await (await post()).text()).toBe('ok');
  expect(connections).toBe(1);
});

test.each([
  ['announces its answer for ever', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20)],
  ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ['says nothing', ''],
  ['says half', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf'],
  ['sends a header that is none', 'HTTP/1.1 200 OK\r\nA\u0001: b\r\nContent-Length: 0\r\n\r\n'],
  ['sends a line break in a header', 'HTTP/1.1 200 OK\r\nA: b\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n'],
  ['sends no HTTP', 'hello\r\n\r\n'.repeat(100)],
  ['names a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['sends more than any page', `HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`],
])('a web that %s fails this post, and the next one has a connection of its own', async (_what, answer) => {
  answers = [answer, OK];
  expect((await post()).status).toBe(503);
  expect(failure).toBeInstanceOf(Error);
  expect(await (await post()).text()).toBe('ok');
  expect(connections).toBe(2);
});

test('an answer that nobody asked for reaches nobody', async () => {
  answers = [`${OK}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen`, OK];
  await (await post()).text();
  expect(await (await post()).text()).toBe('ok');
  expect(connections).toBe(2);
});

test('a status that HTTP does not have becomes 502', async () => {
  answers = ['HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n'];
  expect((await post()).status).toBe(502);
});

test('a client that leaves ends the connection, and is no failure of web', async () => {
  const left = new AbortController();
  const leaving = fetch(`${url}/vote`, { method: 'POST', body: 'x', signal: left.signal }).catch(() => 'left');
  await expect.poll(() => asked.length).toBe(1);
  left.abort();
  expect(await leaving).toBe('left');
  expect(failure).toBeUndefined();
});
