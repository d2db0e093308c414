import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OVERDUE_MS } from './overdue-sessions.ts';
import { watchRoles } from './role-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  let listen: ((event: PublishedEvent) => void) | undefined;
  const bus = {
    subscribe(listener: typeof listen) {
      listen = listener;
      return () => (listen = undefined);
    },
  };
  const restore = vi.fn(async () => ({ roles: [] as string[], ended: 0, busy: 0 }));
  const log = { debug: () => undefined, warn: () => undefined };
  const leave = watchRoles({ bus, usesDatabase: (name) => name !== 'web', restore, log });
  const gone = (name: string, exitCode: number) =>
    listen?.({
      ...{ at: '', type: 'container.gone', sandboxId: '1', name, containerId: undefined, lifetimeMs: 1, served: 1 },
      exit: { kind: 'exited', exitCode, outOfMemory: false },
    });
  return { gone, restore, leave };
}

test('a container that failed is followed by a look at its role at once, but not more than once a second', async () => {
  const { gone, restore } = watch();
  for (let container = 0; container < 5; container++) gone('record-vote', 1);
  await vi.advanceTimersByTimeAsync(0);
  expect(restore).toHaveBeenCalledTimes(1);
  gone('record-vote', 137);
  await vi.advanceTimersByTimeAsync(999);
  expect(restore).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(restore).toHaveBeenCalledTimes(2);
});

test('containers that ended well are followed by one look within five seconds, however many they are', async () => {
  const { gone, restore } = watch();
  for (let second = 0; second < 5; second++) {
    gone('record-vote', 0);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(restore).toHaveBeenCalledTimes(1);
});

test('nobody looks when nobody was at the database, nor after the end', async () => {
  const { gone, restore, leave } = watch();
  gone('web', 1);
  await vi.advanceTimersByTimeAsync(60_000);
  gone('record-vote', 0);
  leave();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(restore).not.toHaveBeenCalled();
});

test('sessions that are busy are looked at again when they would be overdue, and only then', async () => {
  const { gone, restore } = watch();
  restore.mockResolvedValueOnce({ roles: [], ended: 0, busy: 1 });
  gone('record-vote', 1);
  await vi.advanceTimersByTimeAsync(OVERDUE_MS - 1);
  expect(restore).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(restore).toHaveBeenCalledTimes(2);
});

test('a database that is away is asked again after the next container', async () => {
  const { gone, restore } = watch();
  restore.mockRejectedValueOnce(new Error('away'));
  gone('record-vote', 1);
  await vi.advanceTimersByTimeAsync(1_000);
  gone('record-vote', 1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(restore).toHaveBeenCalledTimes(2);
});
