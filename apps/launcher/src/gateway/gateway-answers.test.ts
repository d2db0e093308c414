import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { gateway } from './gateway.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function socketPathOfWeb(): string {
  const folder = mkdtempSync(`${tmpdir()}/gateway-`);
  closing.push(() => rmSync(folder, { recursive: true }));
  return `${folder}/web.sock`;
}

async function gatewayTo(socketPath: string, fail: () => void): Promise<string> {
  const lease = async () => ({ target: { socketPath }, release: () => undefined, fail });
  const endpoint = gateway({
    catalog: { services: { web: { prewarms: {} } as never } },
    services: new Map([['web', { name: 'web', isUp: true, lease }]]),
    invoker: { prewarm: () => undefined },
    streams: new Map(),
  });
  closing.push(() => endpoint.close().closeAllConnections());
  await once(endpoint.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
}

/** A gateway in front of a compromised web, which answers with these bytes. */
async function serve(bytes: string, fail = () => undefined): Promise<string> {
  const socketPath = socketPathOfWeb();
  const web = net.createServer((socket) => {
    socket.once('data', () => socket.end(bytes, 'latin1'));
    // The gateway may have read enough.
    socket.on('error', () => undefined);
  });
  closing.push(() => web.close());
  await once(web.listen(socketPath), 'listening');
  return gatewayTo(socketPath, fail);
}

/** A web that has room for two connections, and accepts none of them for a second. */
const BUSY_WEB = `
require('node:http').createServer((request, response) => response.end('ok')).listen({ path: process.argv[1], backlog: 1 }, () => {
  require('node:fs').writeSync(1, 'listening');
  for (const end = performance.now() + 1000; performance.now() < end; );
});`;

test.each([
  ['a status that is none', '000 OK', 502],
  ['a status that HTTP does not know', '999 OK', 502],
  ['a reason that is no text', '200 \u0001\u007f', 200],
])('an answer of web with %s ends nothing', async (_what, line, expected) => {
  const url = await serve(`HTTP/1.1 ${line}\r\nContent-Length: 2\r\n\r\nok`);
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([expected, 'ok']);
});

test.each(['a: b\u0001', 'a b: c', 'Content-Length: 3', 'Transfer-Encoding: chunked'])(
  'an answer of web that is no HTTP ends nothing: %j',
  async (header) => {
    const url = await serve(`HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: 2\r\n\r\nok`);
    expect((await fetch(url)).status).toBe(503);
  },
);

test('a request for which no answer can be read ends no replica: a redirect of a long address has too many headers', async () => {
  const fail = vi.fn();
  const url = await serve(`HTTP/1.1 308 Permanent Redirect\r\nLocation: /${'a'.repeat(20_000)}\r\n\r\n`, fail);
  expect((await fetch(url)).status).toBe(503);
  expect(fail).not.toHaveBeenCalled();
});

test('only the answer to a vote has to be short: the presenter’s list of questions is not', async () => {
  const url = await serve(`HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`);
  const post = async (path: string) => (await fetch(`${url}${path}`, { method: 'POST', body: 'a' })).status;
  expect([await post('/presenter/polls'), await post('/vote')]).toEqual([200, 503]);
});

test('a web that is too busy to take connections ends no replica, and gets them a little later', async () => {
  const fail = vi.fn();
  const socketPath = socketPathOfWeb();
  const web = spawn(process.execPath, ['-e', BUSY_WEB, socketPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.push(() => web.kill());
  await once(web.stdout, 'data');
  const url = await gatewayTo(socketPath, fail);
  const warn = vi.fn();
  process.on('warning', warn);
  closing.push(() => process.off('warning', warn));
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url, { method: 'POST', body: 'a' })));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(fail).not.toHaveBeenCalled();
  const aboutListeners = expect.objectContaining({ name: 'MaxListenersExceededWarning' });
  expect(warn, 'each try adds listeners').not.toHaveBeenCalledWith(aboutListeners);
});

test('an answer of web that switches protocols, unasked, is a failure at once, and does not wait for a deadline', async () => {
  const url = await serve('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: mine\r\n\r\nmine');
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  expect(answer.status).toBe(503);
});

test('answers of web that announce another are not the answer', async () => {
  const url = await serve(
    'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  const answer = await fetch(url);
  expect([answer.status, await answer.text(), answer.headers.get('link')]).toEqual([200, 'ok', null]);
});

test('a web that announces its answer for ever is a failure at once, and does not keep the gateway busy', async () => {
  const url = await serve(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10_000)}HTTP/1.1 200 OK\r\n\r\nok`);
  expect((await fetch(url)).status).toBe(503);
});

test.each([
  ['nonsense', 'nonsense\r\n'],
  ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: mine\r\n\r\n'],
])('a web that announces its answer for ever, and then sends %s, fails twice and ends nothing', async (_what, then) => {
  const url = await serve(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(9)}${then}`);
  expect((await fetch(url)).status).toBe(503);
  expect((await fetch(url)).status).toBe(503);
});

test.each(['Trailer: a', 'Upgrade: mine', 'Transfer-Encoding: gzip', 'Keep-Alive: timeout=1', 'Proxy-Authenticate: a'])(
  'what web says about its connection to the gateway stays between them, and ends nothing: %s',
  async (header) => {
    const length = header.startsWith('Transfer') ? '' : 'Content-Length: 2\r\n';
    const url = await serve(`HTTP/1.1 200 OK\r\n${header}\r\n${length}\r\nok`);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, 'ok']);
    const [name = '', value] = header.split(': ');
    expect(answer.headers.get(name)).not.toBe(value);
  },
);
