import { expect, test } from 'vitest';
import { NODES } from '../src/swarm/cluster.ts';
import { SwarmStack } from '../src/swarm/swarm-stack.ts';
import { newVote } from '../src/voting-stack.ts';

const REST_MS = 90_000;
const { signal } = new AbortController();
const stack = new SwarmStack(process.env as Record<string, string>, signal);
const { cluster } = stack;

const running = () => Promise.all(NODES.map(async (node) => (await cluster.on(node, 'ps', '--quiet')).length));
const networks = async () => {
  const names = await Promise.all(NODES.map((node) => cluster.on(node, 'network', 'ls', '--format', '{{.Name}}')));
  return names.map((each) => ['functions', 'web'].filter((name) => each.includes(`${cluster.name}_${name}`)));
};

test('while anybody works, every node keeps the networks open for the next container', async () => {
  await stack.invoke('record-vote', newVote());
  await expect.poll(networks).toEqual(NODES.map(() => ['functions', 'web']));
});

test('when nobody does, two containers run on all nodes together: launcher and database', {
  timeout: 2 * REST_MS,
}, async () => {
  await expect.poll(running, { timeout: REST_MS, interval: 500 }).toEqual([2, 0, 0]);
  expect(await cluster.running(1, 'launcher')).toHaveLength(1);
  expect(await cluster.running(1, 'database')).toHaveLength(1);
});
