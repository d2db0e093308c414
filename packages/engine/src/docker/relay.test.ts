import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import { text } from 'node:stream/consumers';
import { test as base, expect, onTestFinished } from 'vitest';
import { RELAY_PROGRAM } from './relay.ts';

const test = base.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the parameter
  folder: async ({}, use) => {
    const folder = mkdtempSync(`${os.tmpdir()}/relay-`);
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

async function relay(from: number | string, to: number | string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', RELAY_PROGRAM, JSON.stringify({ from, to })]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
}

/** Answers in capitals, and ends its side after the caller's. */
async function shouter(at: net.ListenOptions): Promise<void> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk) => socket.write(String(chunk).toUpperCase())).on('end', () => socket.end());
  });
  onTestFinished(() => void server.close());
  await once(server.listen(at), 'listening');
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function shout(at: net.NetConnectOpts, words: string): Promise<string> {
  const socket = net.connect({ ...at, allowHalfOpen: true });
  socket.end(words);
  return text(socket);
}

test('from a socket to a port: it listens once the port is answered, and passes each side’s end on', async ({
  folder,
}) => {
  const port = await freePort();
  const path = `${folder}/a.sock`;
  const { stdout } = await relay(path, port);
  expect(existsSync(path)).toBe(false);
  await shouter({ port, host: '127.0.0.1' });
  await once(stdout as NonNullable<typeof stdout>, 'data');
  const long = 'x'.repeat(1_000_000);
  expect(await Promise.all([shout({ path }, 'hello'), shout({ path }, long)])).toEqual(['HELLO', long.toUpperCase()]);
});

test('from a port to a socket: it listens at once, and a caller without a callee is refused', async ({ folder }) => {
  const port = await freePort();
  const path = `${folder}/a.sock`;
  const { stdout } = await relay(port, path);
  await once(stdout as NonNullable<typeof stdout>, 'data');
  await expect(
    shout({ port }, 'nobody there').then(
      (answer) => answer || 'closed',
      () => 'closed',
    ),
  ).resolves.toBe('closed');
  await shouter({ path });
  expect(await shout({ port }, 'hello')).toBe('HELLO');
});

test('it survives callers and callees that break off', async ({ folder }) => {
  const port = await freePort();
  const path = `${folder}/a.sock`;
  const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  onTestFinished(() => void server.close());
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const { stdout } = await relay(path, port);
  await once(stdout as NonNullable<typeof stdout>, 'data');
  const reset = net.connect({ path });
  reset.on('error', () => undefined).write('x');
  await once(reset, 'close');
  const leaving = net.connect({ path });
  await once(leaving, 'connect');
  leaving.destroy();
  const again = net.connect({ path });
  await once(again, 'connect');
  again.destroy();
});
