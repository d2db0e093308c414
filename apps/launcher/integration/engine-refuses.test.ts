import { afterAll, describe, expect, test } from 'vitest';
import { refuseRemovals } from './operator.ts';
import { containers, controlUrl, docker, invoke, send } from './stack.ts';

const NAME = 'misbehave';
const there = async () => (await containers(NAME)).map(({ Id }) => Id.slice(0, 12));
const overdue = async () => {
  const { text } = await send(controlUrl, '/metrics');
  return Number(/^containers_overdue (\d+)$/m.exec(text)?.[1]);
};
/** Beside other load its container may not even start before the deadline: then another event is the runaway. */
async function runAway(): Promise<void> {
  const isItsOwn = async () => ((await invoke(NAME, { do: 'loop' })).json() as { errorType?: string }).errorType;
  await expect.poll(isItsOwn, { timeout: 60_000, interval: 10 }).toBe('Sandbox.Timedout');
}

describe('an engine that does not remove a container', { timeout: 240_000 }, () => {
  afterAll(async () => {
    await refuseRemovals(0);
    for (const { Id } of await containers(NAME))
      await docker
        .getContainer(Id)
        .remove({ force: true })
        .catch(() => undefined);
  });

  test('once, at its deadline, is asked again until the runaway is gone', async () => {
    await refuseRemovals(1);
    await runAway();
    await expect.poll(there, { timeout: 60_000 }).toEqual([]);
    await expect.poll(overdue, { timeout: 30_000 }).toBe(0);
  });

  test('at all does not keep the caller waiting, is seen in the metrics, and the function is there again afterwards', async () => {
    await refuseRemovals(1e6);
    // As many as its concurrency: then none of its places is left.
    await Promise.all([runAway(), runAway()]);
    await expect.poll(overdue, { timeout: 30_000 }).toBe(2);
    await refuseRemovals(0);
    await expect.poll(async () => (await invoke(NAME)).status, { timeout: 90_000 }).toBe(200);
    await expect.poll(overdue, { timeout: 60_000 }).toBe(0);
    await expect.poll(there, { timeout: 60_000 }).toEqual([]);
  });
});
