import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { guardedServer, type Limits } from './guarded-server.ts';

const patient: Limits = { connections: 100, headersMs: 10_000, requestMs: 0, silentMs: 0, keepAliveMs: 0 };
const whole = 'GET / HTTP/1.1\r\nHost: vote.test:80\r\n\r\n';

/** Half of what Node itself gives a caller who sends nothing: who hangs up by then keeps to these limits. */
vi.setConfig({ testTimeout: 30_000 });

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Somebody at a door with these limits: what the door says until it hangs up, and when it does. */
async function caller(limits: Partial<Limits>, handler: http.RequestListener = (_, response) => response.end('hello')) {
  const server = guardedServer({ ...patient, ...limits }, handler);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  closing.push(() => server.close().closeAllConnections());
  const call = (text: string) => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    closing.push(() => socket.destroy());
    let heard = '';
    socket.setEncoding('latin1').on('data', (data: string) => {
      heard += data;
    });
    socket.write(text);
    const hungUp = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    return { heard: () => heard, hungUp, socket };
  };
  return { call };
}

test('hangs up on who sends headers drop by drop (slow loris)', async () => {
  const { call } = await caller({ headersMs: 200 });
  const { socket, hungUp, heard } = call('GET / HTTP/1.1\r\nHost: vote.test\r\n');
  const dropping = setInterval(() => socket.write('X-A: b\r\n'), 20);
  closing.push(() => clearInterval(dropping));
  await hungUp;
  expect(heard()).toMatch(/^HTTP\/1\.1 408 /);
});

test('hangs up on who connects and says nothing', async () => {
  const { call } = await caller({ headersMs: 200 });
  await call('').hungUp;
});

test('hangs up on who sends a body drop by drop', async () => {
  const { call } = await caller({ headersMs: 100, requestMs: 200 }, (request, response) => {
    request.resume().once('end', () => response.end());
  });
  const { socket, hungUp } = call('POST / HTTP/1.1\r\nHost: vote.test\r\nContent-Length: 1000\r\n\r\n');
  const dropping = setInterval(() => socket.write('x'), 20);
  closing.push(() => clearInterval(dropping));
  await hungUp;
});

test('hangs up on who is silent while an answer is awaited, and on who keeps a connection for nothing', async () => {
  const silent = await caller({ silentMs: 200 }, () => undefined);
  await silent.call(whole).hungUp;
  const idle = await caller({ keepAliveMs: 200 });
  await idle.call(whole).hungUp;
});

test('lets no more connections in than it is told', async () => {
  const { call } = await caller({ connections: 3 });
  const callers = Array.from({ length: 5 }, () => call(whole));
  await Promise.race(callers.map(({ hungUp }) => hungUp));
  await expect.poll(() => callers.filter(({ heard }) => heard().endsWith('hello')).length).toBe(3);
});

test.each([
  ['two Hosts', 'Host: vote.test\r\nHost: evil.test'],
  ['two Hosts that are one', 'Host: vote.test\r\nhost: vote.test'],
  ['a path in Host', 'Host: vote.test/evil'],
  ['a user in Host', 'Host: vote.test@evil.test'],
  ['markup in Host', 'Host: "><script>'],
  ['an encoding that nobody takes apart', 'Host: vote.test\r\nTransfer-Encoding: gzip, chunked'],
])('refuses a request with %s', async (_case, headers) => {
  const { call } = await caller({});
  const { heard, hungUp } = call(`GET / HTTP/1.1\r\n${headers}\r\n\r\n`);
  await hungUp;
  expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
});

test('refuses chunks in HTTP/1.0, which has none', async () => {
  const { call } = await caller({});
  const { heard, hungUp } = call('POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  await hungUp;
  expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
});

test.each(['vote.test', 'vote.test:8080', '127.0.0.1', '[::1]:8080', 'my_machine'])('answers at %s', async (host) => {
  const { call } = await caller({});
  const { heard } = call(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 /);
});
