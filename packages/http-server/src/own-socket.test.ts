import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claim, holdSocket, OtherLauncher } from './own-socket.ts';

let folder = '';
let path = '';
let closing: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/own-`);
  path = `${folder}/it.sock`;
  closing = [];
});
afterEach(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true });
});

describe('what one launcher has claimed', () => {
  test('is locked while it lives, and free as soon as it has ended', async () => {
    const first = await claim(path);
    await expect(claim(path)).rejects.toThrow(OtherLauncher);
    await new Promise((resolve) => first.close(resolve));
    const second = await claim(path);
    closing.push(() => second.close());
    await expect(claim(path)).rejects.toThrow('Fix: ');
  });

  test('is free when its owner was killed, though the file is still there', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await promisify(execFile)(process.execPath, ['--eval', script]).catch(() => undefined);
    const server = await claim(path);
    closing.push(() => server.close());
  });
});

describe('a socket that is held', () => {
  /** The server that answers at the path now. */
  const who = () =>
    new Promise<string>((resolve) => {
      const request = http.get({ socketPath: path, agent: false }, (response) => {
        response.resume().once('end', () => resolve(String(response.headers['x-who'])));
      });
      request.once('error', () => resolve('nobody'));
    });

  async function held() {
    const server = http.createServer((_request, response) => response.setHeader('x-who', 'ours').end());
    const letGo = await holdSocket(server, path);
    closing.push(letGo, () => server.close());
  }

  test('is restored when it was removed', async () => {
    await held();
    for (let times = 0; times < 3; times += 1) {
      rmSync(path);
      await expect.poll(who).toBe('ours');
    }
  });

  test('is restored when a program that took it has ended', async () => {
    await held();
    rmSync(path);
    const other = http.createServer((_request, response) => response.setHeader('x-who', 'other').end());
    await new Promise<void>((resolve) => other.listen(path, resolve));
    closing.push(() => other.close());
    await expect.poll(who).toBe('other');
    await new Promise((resolve) => other.close(resolve));
    await expect.poll(who).toBe('ours');
  });

  test('keeps the connections that it has', async () => {
    await held();
    const socket = net.connect(path);
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
    });
    const ask = () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    ask();
    await expect.poll(() => heard).toContain('ours');
    rmSync(path);
    await expect.poll(who).toBe('ours');
    closing.push(() => socket.destroy());
  });
});
