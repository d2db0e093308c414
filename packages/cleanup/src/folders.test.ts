import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeFolder } from './folders.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${os.tmpdir()}/left-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('what a container has left behind', () => {
  const parts = { empty: async () => undefined, warn: () => undefined, backoff: { minTimeout: 1, factor: 1 } };

  test('is removed', async () => {
    mkdirSync(`${directory}/a/b`, { recursive: true });
    writeFileSync(`${directory}/a/b/file`, '');
    await removeFolder(directory, 'a', parts);
    expect(existsSync(`${directory}/a`)).toBe(false);
  });

  /** Nothing is out of reach for a test that runs as root: so this stands for what the launcher may not touch. */
  const outOfReach = (isEmpty: () => boolean) => (path: string) => {
    if (!isEmpty()) throw new Error('EACCES: permission denied');
    rmSync(path, { recursive: true });
  };

  test('is emptied as the uid that made it when the launcher can’t; that is retried, and never throws', async () => {
    mkdirSync(`${directory}/a`, { mode: 0o755 });
    let hands = 0;
    const empty = async () => {
      hands += 1;
      if (hands < 3) throw new Error('the engine is away');
    };
    await removeFolder(directory, 'a', { ...parts, empty, rm: outOfReach(() => hands === 3) });
    expect({ hands, there: existsSync(`${directory}/a`) }).toEqual({ hands: 3, there: false });
  });

  test('is reported, and stays, when it can’t be removed', async () => {
    mkdirSync(`${directory}/a`);
    const told: string[] = [];
    const warn = (_details: object, event: string) => void told.push(event);
    await removeFolder(directory, 'a', { ...parts, warn, rm: outOfReach(() => false) });
    expect(told).toEqual(['folder.not-removed']);
  });
});
