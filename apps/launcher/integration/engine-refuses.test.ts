import { afterAll, describe, expect, test } from 'vitest';
import { running } from './held.ts';
import { refuseRemovals } from './operator.ts';
import { containers, controlUrl, docker, invoke, send } from './stack.ts';

/** One container at a time, so that a runaway uses up the concurrency; a deadline of six seconds. */
const NAME = 'misbehave-impatient-in-one-container';
const there = async () => (await containers(NAME)).map(({ Id }) => Id.slice(0, 12));
const overdue = async () => {
  const { text } = await send(controlUrl, '/metrics');
  return Number(/^containers_overdue (\d+)$/m.exec(text)?.[1]);
};

/** Starts a runaway event, and makes its engine refuse this many removals before its deadline; under other load this may take several tries. */
async function runAway(refusals: number): Promise<void> {
  for (;;) {
    let isOver = false;
    const { answer } = await running(NAME, { do: 'loop' });
    void answer.then(() => {
      isOver = true;
    });
    await refuseRemovals(refusals);
    const wasInTime = !isOver;
    const { errorType } = (await answer).json() as { errorType?: string };
    if (wasInTime && errorType === 'Sandbox.Timedout') return;
    await refuseRemovals(0);
  }
}

describe('an engine that does not remove a container', () => {
  afterAll(async () => {
    await refuseRemovals(0);
    for (const { Id } of await containers(NAME))
      await docker
        .getContainer(Id)
        .remove({ force: true })
        .catch(() => undefined);
  });

  test('once, at its deadline, is asked again until the runaway is gone', async () => {
    await runAway(1);
    await expect.poll(there).toEqual([]);
    await expect.poll(overdue).toBe(0);
  });

  test('at all does not keep the caller waiting and is visible in the metrics, and the function works again afterwards', async () => {
    await runAway(1e6);
    await expect.poll(overdue).toBeGreaterThan(0);
    await refuseRemovals(0);
    await expect.poll(async () => (await invoke(NAME)).status).toBe(200);
    await expect.poll(overdue).toBe(0);
    await expect.poll(there).toEqual([]);
  });
});
