import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectionLost, HttpConnection, UnreadableResponse } from './http-connection.ts';

let folder: string;
let server: Server;
let received: string[];
let accepted: PromiseWithResolvers<Socket>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'http-connection-'));
  received = [];
  accepted = Promise.withResolvers();
  server = createServer((socket) => {
    socket.on('data', (data) => received.push(data.toString()));
    socket.on('error', () => {});
    accepted.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'api.sock'), resolve));
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('sends what is requested in one go in one go, and matches the responses in order', async () => {
  const connection = new HttpConnection(join(folder, 'api.sock'));
  const socket = await accepted.promise;
  const first = connection.request('POST', '/response', '"ü"');
  const second = connection.request('GET', '/next');
  await expect.poll(() => received.length).toBe(1);
  expect(received[0]).toBe(
    'POST /response HTTP/1.1\r\nHost: runtime\r\nContent-Length: 4\r\n\r\n"ü"' +
      'GET /next HTTP/1.1\r\nHost: runtime\r\nContent-Length: 0\r\n\r\n',
  );
  socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le');
  expect((await first).status).toBe(202);
  socket.write('ngth: 2\r\n\r\n{}');
  expect((await second).body.toString()).toBe('{}');
  connection.close();
});

test('tells everybody who waits that the connection is lost', async () => {
  const connection = new HttpConnection(join(folder, 'api.sock'));
  const waiting = [connection.request('GET', '/next'), connection.request('GET', '/next')];
  (await accepted.promise).destroy();
  for (const result of await Promise.allSettled(waiting)) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(ConnectionLost) });
  }
});

test('tells whoever waits that nobody listens', async () => {
  const connection = new HttpConnection(join(folder, 'nobody.sock'));
  await expect(connection.request('GET', '/next')).rejects.toThrow(ConnectionLost);
});

test('ends a connection over which something else than HTTP comes', async () => {
  const connection = new HttpConnection(join(folder, 'api.sock'));
  const waiting = connection.request('GET', '/next');
  (await accepted.promise).write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n');
  await expect(waiting).rejects.toMatchObject({ name: 'ConnectionLost', cause: expect.any(Error) });
});

test('a response that is longer than agreed is not read, and the connection is lost', async () => {
  const connection = new HttpConnection(join(folder, 'api.sock'), '', 100);
  const waiting = connection.request('GET', '/next');
  const socket = await accepted.promise;
  const left = new Promise((resolve) => socket.once('close', resolve));
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6000000\r\n\r\n[');
  await expect(waiting).rejects.toMatchObject({ name: 'ConnectionLost', cause: expect.any(UnreadableResponse) });
  await left;
  expect(connection.isLost).toBe(true);
});

test('a request over a lost connection fails at once', async () => {
  const connection = new HttpConnection(join(folder, 'api.sock'));
  (await accepted.promise).destroy();
  await expect.poll(() => connection.isLost).toBe(true);
  await expect(connection.request('GET', '/next')).rejects.toThrow(ConnectionLost);
});
