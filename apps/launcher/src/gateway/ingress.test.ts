import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingressBySocket } from './ingress.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${os.tmpdir()}/ingress-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('sealing a replica’s folder', () => {
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
    expect(() => ingress.seal()).toThrow('that socket and nothing else');
    server.close();
  });

  test('fails if its target is not a socket, and succeeds if there is only the socket', async () => {
    const ingress = ingressBySocket(directory, () => undefined)('a');
    symlinkSync('/var/run/docker.sock', `${directory}/a/web.sock`);
    expect(() => ingress.seal()).toThrow('that socket and nothing else');
    rmSync(`${directory}/a/web.sock`);
    const server = await listening(`${directory}/a/web.sock`);
    expect(() => ingress.seal()).not.toThrow();
    expect(statSync(`${directory}/a`).mode & 0o777, 'only its owner writes there').toBe(0o755);
    server.close();
  });
});
