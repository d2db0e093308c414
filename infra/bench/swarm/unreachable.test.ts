import { expect, onTestFinished, test } from 'vitest';
import { SwarmStack } from '../src/swarm/swarm-stack.ts';

const PATIENCE_MS = 180_000;
const { signal } = new AbortController();
const stack = new SwarmStack(process.env as Record<string, string>, signal);
const { cluster } = stack;

test('a function is started where its container reaches the launcher, when Swarm first puts it where it does not', async () => {
  const isIdle = async () =>
    (await cluster.running(2, 'placeholder')).length + (await cluster.running(3, 'placeholder')).length;
  await expect.poll(isIdle, { timeout: PATIENCE_MS }).toBe(0);
  for (const node of [2, 3] as const) {
    const undo = await cluster.cutOffContainers(node);
    onTestFinished(() => void undo());
  }
  // They have the fewest tasks, so Swarm begins with them.
  expect((await stack.invoke('misbehave', {})).status).toBe(200);
});
