import { expect, test } from 'vitest';
import { NODES } from '../src/swarm/cluster.ts';
import { SwarmStack } from '../src/swarm/swarm-stack.ts';
import { newVote } from '../src/voting-stack.ts';

const PATIENCE_MS = 180_000;
const { signal } = new AbortController();
const stack = new SwarmStack(process.env as Record<string, string>, signal);
const { cluster } = stack;

const NAME = '{{or (.Label "org.serverless-vote.name") .Names}}';
const running = () =>
  Promise.all(NODES.map(async (node) => (await cluster.on(node, 'ps', '--format', NAME)).toSorted()));
const networks = async () => {
  const names = await Promise.all(NODES.map((node) => cluster.on(node, 'network', 'ls', '--format', '{{.Name}}')));
  return names.map((each) => ['functions', 'web'].filter((name) => each.includes(`${cluster.name}_${name}`)));
};

test('while anybody works, every node keeps the networks open for the next container', async () => {
  const networksWhileWorking = async () => {
    await stack.invoke('record-vote', newVote());
    return networks();
  };
  await expect.poll(networksWhileWorking, { timeout: PATIENCE_MS }).toEqual(NODES.map(() => ['functions', 'web']));
});

test('when nobody does, two containers run on all nodes together: launcher and database', async () => {
  await expect.poll(running, { timeout: PATIENCE_MS, interval: 500 }).toEqual([['database', 'launcher'], [], []]);
});
