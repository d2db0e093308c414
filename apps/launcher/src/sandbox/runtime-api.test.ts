import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../model/invocation.ts';
import type { Poll } from './runtime-client.ts';
import { runtimeApiOnSockets } from './runtime-endpoints.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** An endpoint for a sandbox that has the event `mine` in flight. */
async function open() {
  const directory = mkdtempSync(`${tmpdir()}/runtime-`);
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  const seen = { polls: [] as Poll[], answers: [] as Outcome[] };
  const endpoint = await runtimeApiOnSockets(directory)('a', {
    name: 'a-function',
    allowedInFlight: 2,
    standing: (id) =>
      id === 'mine' && seen.answers.length === 0 ? 'in-hand' : id === 'mine' ? 'answered' : 'not-yours',
    poll: (poll) => (seen.polls.push(poll) > 2 ? 'refused' : 'open'),
    unpoll: () => undefined,
    answer: (_id, outcome) => void seen.answers.push(outcome),
    initFailed: () => undefined,
  });
  closing.push(() => endpoint.close());
  const socketPath = `${directory}/a/api.sock`;
  const call = (method: string, path: string, body?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = http.request({ socketPath, method, path: `/2018-06-01/runtime/${path}` }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      request.end(body);
    });
  return { call, seen, socketPath, endpoint };
}

describe('the runtime API of a sandbox', () => {
  test('accepts the answer to an event in flight, once', async () => {
    const { call, seen } = await open();
    expect(await call('POST', 'invocation/mine/response', '1')).toBe(202);
    expect(await call('POST', 'invocation/mine/response', '2')).toBe(409);
    expect(seen.answers.map((outcome) => String(outcome.payload))).toEqual(['1']);
  });

  test('does not accept a truncated result, so that its event is retried', async () => {
    const { socketPath, seen, call } = await open();
    const path = '/2018-06-01/runtime/invocation/mine/response';
    const request = http.request({ socketPath, method: 'POST', path, headers: { 'Content-Length': 100 } });
    request.on('error', () => undefined);
    request.write('{"half":');
    await expect.poll(() => request.socket?.bytesWritten).toBeGreaterThan(100);
    request.destroy();
    // Its connection is closed before the next one is served.
    expect(await call('POST', 'invocation/yours/response', '1')).toBe(403);
    expect(seen.answers).toEqual([]);
  });

  test('refuses a result while the budget for results is used up, and accepts it when it is sent again', async () => {
    const { socketPath, seen, call } = await open();
    const large = 'x'.repeat(5.9 * 1024 * 1024);
    const headers = { 'Content-Length': large.length };
    const path = '/2018-06-01/runtime/invocation/mine/response';
    const others = [1, 2].map(() => http.request({ socketPath, method: 'POST', path, headers }));
    for (const other of others) {
      other.on('error', () => undefined);
      other.write(large.slice(1));
      // Read by the server, except for what the socket's buffer holds.
      await expect.poll(() => other.socket?.writableLength).toBe(0);
    }
    expect(await call('POST', 'invocation/mine/response', large)).toBe(429);
    expect(seen.answers).toEqual([]);
    for (const other of others) other.destroy();
    await expect.poll(() => call('POST', 'invocation/mine/response', large)).toBe(202);
    expect(seen.answers).toMatchObject([{ kind: 'result' }]);
  });

  test('reports a result over 6 MB as the function’s error', async () => {
    const { seen, call } = await open();
    expect(await call('POST', 'invocation/mine/response', 'x'.repeat(6.2 * 1024 * 1024))).toBe(202);
    expect(seen.answers).toMatchObject([{ errorType: 'Function.ResponseSizeTooLarge' }]);
  });

  test('refuses the answer to another’s event before reading it', async () => {
    const { socketPath, seen } = await open();
    const socket = net.connect(socketPath);
    closing.push(() => socket.destroy());
    socket.write(
      'POST /2018-06-01/runtime/invocation/yours/response HTTP/1.1\r\nHost: x\r\nContent-Length: 6000000\r\n\r\n',
    );
    const answer = await new Promise((resolve) => socket.once('data', (data) => resolve(String(data))));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(seen.answers).toEqual([]);
  });

  test('takes an answer and the next `next` in one write, in their order', async () => {
    const { socketPath, seen } = await open();
    const socket = net.connect(socketPath);
    closing.push(() => socket.destroy());
    const base = '/2018-06-01/runtime/invocation';
    socket.write(
      `POST ${base}/mine/response HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1GET ${base}/next HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    await expect.poll(() => [seen.answers.length, seen.polls.length]).toEqual([1, 1]);
  });

  test('is dead after use: open connections are closed, and new ones refused', async () => {
    const { socketPath, endpoint, seen } = await open();
    const socket = net.connect(socketPath).on('error', () => undefined);
    const hungUp = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => seen.polls.length).toBe(1);
    endpoint.close();
    await hungUp;
    const late = await new Promise((resolve) => net.connect(socketPath).once('error', (error) => resolve(error)));
    expect(late).toMatchObject({ code: 'ENOENT' });
    await expect.poll(() => existsSync(dirname(socketPath))).toBe(false);
  });

  test('refuses a `next` beyond the events that it may have in flight', async () => {
    const { socketPath } = await open();
    const answers: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const socket = net.connect(socketPath).on('data', (data) => answers.push(String(data)));
      closing.push(() => socket.destroy());
      socket.write('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n');
    }
    await expect.poll(() => answers.length).toBe(1);
    expect(answers[0]).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('accepts no more connections than a sandbox needs', async () => {
    const { socketPath } = await open();
    let closed = 0;
    for (let i = 0; i < 20; i += 1) {
      const socket = net.connect(socketPath).on('close', () => {
        closed += 1;
      });
      socket.on('error', () => undefined);
      closing.push(() => socket.destroy());
    }
    await expect.poll(() => closed).toBe(14);
  });

  test.each([
    ['GET', 'invocation/mine/response', 405],
    ['POST', 'invocation/next', 404],
    ['POST', 'invocation/mine', 404],
    ['POST', 'elsewhere', 404],
  ])('has no %s %s', async (method, path, status) => {
    expect(await (await open()).call(method, path)).toBe(status);
  });
});
