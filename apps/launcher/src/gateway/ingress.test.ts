import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeLeftBehind } from '../left-behind.ts';
import { ingressBySocket } from './ingress.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${os.tmpdir()}/ingress-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the seal of web’s folder', () => {
  const listening = (path: string) =>
    new Promise<net.Server>((resolve) => {
      const server = net.createServer().listen(path, () => resolve(server));
    });

  test.each([
    ['a folder with a file in it', () => mkdirSync(`${directory}/a/folder/file`, { recursive: true })],
    ['a file', () => writeFileSync(`${directory}/a/file`, '')],
    ['a link', () => symlinkSync('/var/run/docker.sock', `${directory}/a/link`)],
  ])('fails when %s is beside the socket', async (_what, leave) => {
    const ingress = ingressBySocket(directory, () => undefined)('a');
    const server = await listening(`${directory}/a/web.sock`);
    leave();
    expect(() => ingress.seal()).toThrow('something else than its socket');
    server.close();
  });

  test('fails when what it listens on is no socket, and holds when the socket is all there is', async () => {
    const ingress = ingressBySocket(directory, () => undefined)('a');
    symlinkSync('/var/run/docker.sock', `${directory}/a/web.sock`);
    expect(() => ingress.seal()).toThrow('something else than its socket');
    rmSync(`${directory}/a/web.sock`);
    const server = await listening(`${directory}/a/web.sock`);
    expect(() => ingress.seal()).not.toThrow();
    server.close();
  });
});

describe('what a container has left behind', () => {
  const parts = { empty: async () => undefined, warn: () => undefined, pauseMs: () => 1 };

  test('is removed', async () => {
    mkdirSync(`${directory}/a/b`, { recursive: true });
    writeFileSync(`${directory}/a/b/file`, '');
    await removeLeftBehind(directory, 'a', parts);
    expect(existsSync(`${directory}/a`)).toBe(false);
  });

  /** Nothing is out of reach for a test that runs as root: so this stands for what the launcher may not touch. */
  const outOfReach = (isEmpty: () => boolean) => (path: string) => {
    if (!isEmpty()) throw new Error('EACCES: permission denied');
    rmSync(path, { recursive: true });
  };

  test('is emptied by the hand that made it when the launcher can’t: again and again, and it throws nothing', async () => {
    mkdirSync(`${directory}/a`, { mode: 0o755 });
    let hands = 0;
    const empty = async () => {
      hands += 1;
      if (hands < 3) throw new Error('the engine is away');
    };
    await removeLeftBehind(directory, 'a', { ...parts, empty, rm: outOfReach(() => hands === 3) });
    expect({ hands, there: existsSync(`${directory}/a`) }).toEqual({ hands: 3, there: false });
  });

  test('is told of, and stays, when nobody can remove it', async () => {
    mkdirSync(`${directory}/a`);
    const told: string[] = [];
    const warn = (_details: object, event: string) => void told.push(event);
    await removeLeftBehind(directory, 'a', { ...parts, warn, rm: outOfReach(() => false) });
    expect(told).toEqual(['folder.not-removed']);
  });
});
