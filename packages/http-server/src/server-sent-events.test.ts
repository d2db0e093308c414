import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { JSON_LINES, Viewers } from './server-sent-events.ts';

const closing: (() => void)[] = [];
/** The tests advance the clock; network I/O takes real time. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => {
  vi.useRealTimers();
  for (const close of closing.splice(0)) close();
});

async function serve(viewers: Viewers, first?: Buffer) {
  const server = http.createServer((_request, response) => viewers.add(response, first)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close().closeAllConnections());
  const watch = async () => {
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    closing.push(() => socket.destroy());
    const viewer = { socket, text: '' };
    socket.on('data', (bytes) => {
      viewer.text += bytes;
    });
    const before = viewers.size;
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => viewers.size).toBe(before + 1);
    await expect.poll(() => viewer.text).toContain('\r\n\r\n');
    return viewer;
  };
  return { watch };
}

const chunk = Buffer.from(`data: ${'x'.repeat(1024 * 1024)}\n\n`);

/** Broadcasts until a viewer that reads nothing is behind; how much the kernel buffers before that varies. */
async function fill(viewers: Viewers) {
  for (let i = 0; i < 64; i += 1) {
    viewers.broadcast(chunk);
    await nextTurn();
  }
}

test('starts with headers that no proxy buffers, the pause before reconnecting, the time, and what a newcomer gets at once', async () => {
  const { watch } = await serve(new Viewers(), Buffer.from('data: 1\n\n'));
  const { text } = await watch();
  expect(text).toMatch(/content-type: text\/event-stream\r\n/i);
  expect(text).toMatch(/cache-control: no-cache, no-transform\r\n/i);
  expect(text).toMatch(/x-accel-buffering: no\r\n/i);
  expect(text).not.toMatch(/transfer-encoding/i);
  const time = String.raw`event: heartbeat\ndata: {"serverTime":"[\d-]+T[\d:.]+Z"}\n\n`;
  expect(text).toMatch(new RegExp(`\r\n\r\nretry: 1000\n\n${time}data: 1\n\n$`));
});

test('lines of JSON start with their headers alone', async () => {
  const viewers = new Viewers({ format: JSON_LINES });
  const viewer = await (await serve(viewers)).watch();
  expect(viewer.text).toMatch(/content-type: application\/x-ndjson\r\n.*\r\n\r\n$/is);
  viewers.broadcast(Buffer.from('{}\n'));
  await expect.poll(() => viewer.text).toMatch(/\r\n\r\n\{\}\n$/);
});

test('writes a message as it is, to every viewer', async () => {
  const viewers = new Viewers();
  const { watch } = await serve(viewers);
  const all = [await watch(), await watch()];
  viewers.broadcast(Buffer.from('data: 1\n\n'));
  viewers.broadcast(Buffer.from('data: 2\n\n'));
  for (const viewer of all) await expect.poll(() => viewer.text).toContain('\n\ndata: 1\n\ndata: 2\n\n');
});

test('has one heartbeat for all viewers, and none without viewers', async () => {
  const viewers = new Viewers();
  const { watch } = await serve(viewers);
  expect(vi.getTimerCount()).toBe(0);
  const all = [await watch(), await watch()];
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(15_000);
  for (const viewer of all)
    await expect.poll(() => viewer.text).toMatch(/(event: heartbeat\ndata: \{"serverTime":"[^"]+"\}\n\n){2}$/);
  for (const { socket } of all) socket.destroy();
  await expect.poll(() => viewers.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

describe('a viewer that is behind', () => {
  test('gets what `catchUp` says as soon as it reads again, and then all messages', async () => {
    const viewers = new Viewers({ catchUp: () => Buffer.from('data: newest\n\n') });
    const viewer = await (await serve(viewers)).watch();
    viewer.socket.pause();
    await fill(viewers);
    viewer.socket.resume();
    await expect.poll(() => viewer.text.endsWith('data: newest\n\n')).toBe(true);
    expect(viewer.text.length).toBeLessThan(32 * chunk.length);
    viewers.broadcast(Buffer.from('data: next\n\n'));
    await expect.poll(() => viewer.text.endsWith('data: next\n\n')).toBe(true);
  });

  test('misses messages when there is nothing to catch up with', async () => {
    const viewers = new Viewers({ bufferLimit: 2 * chunk.length });
    const viewer = await (await serve(viewers)).watch();
    viewer.socket.pause();
    await fill(viewers);
    viewer.socket.resume();
    const next = () => {
      viewers.broadcast(Buffer.from('data: next\n\n'));
      return viewer.text.includes('data: next\n\n');
    };
    await expect.poll(next).toBe(true);
    expect(viewer.text.length).toBeLessThan(32 * chunk.length);
  });

  test('is disconnected after 30 seconds, also when there are no messages', async () => {
    const viewers = new Viewers();
    const { watch } = await serve(viewers);
    const [slow, other] = [await watch(), await watch()];
    slow.socket.pause();
    await fill(viewers);
    vi.advanceTimersByTime(30_000);
    expect(viewers.size).toBe(2);
    vi.advanceTimersByTime(15_000);
    await expect.poll(() => viewers.size).toBe(1);
    expect(other.socket.destroyed).toBe(false);
  });
});

test('asks for a pause in proportion to what the last broadcast took', async () => {
  const viewers = new Viewers();
  const { watch } = await serve(viewers);
  await watch();
  const message = Buffer.from('data: 1\n\n');
  const write = vi.spyOn(net.Socket.prototype, 'write').mockImplementation(() => {
    vi.advanceTimersByTime(50);
    return true;
  });
  viewers.broadcast(message);
  write.mockRestore();
  await nextTurn();
  expect(viewers.restMs).toBe(200);
});

test('ends all streams when it is closed', async () => {
  const viewers = new Viewers();
  const { socket } = await (await serve(viewers)).watch();
  const ended = once(socket, 'end');
  viewers.close();
  await ended;
});
