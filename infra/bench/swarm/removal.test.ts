import { expect, test } from 'vitest';
import { Cluster, NODES, type NodeNumber } from '../src/swarm/cluster.ts';

const PATIENCE_MS = 180_000;
const cluster = new Cluster(process.env.STACK ?? '');
const ours = ['--filter', `label=com.docker.stack.namespace=${cluster.name}`];

/** Of a task that ends while its node is cut off Swarm knows nothing afterwards, so nobody removes what has ended there. */
const NOT_ENDED = ['created', 'restarting', 'running', 'paused', 'removing', 'dead'];

/** Everything of the stack that the Swarm, or any of its nodes, still has. */
async function left(): Promise<string[]> {
  const kinds = [
    ['service', 'ls'],
    ['network', 'ls'],
    ['secret', 'ls'],
    ['config', 'ls'],
  ] as const;
  const named = ([kind, list]: readonly [string, string]) =>
    cluster.on(1, kind, list, '--format', `${kind} {{.Name}}`, ...ours);
  const label = ['--filter', `label=org.serverless-vote.launcher=${cluster.name}`];
  const states = NOT_ENDED.flatMap((state) => ['--filter', `status=${state}`]);
  const format = ['--format', 'container {{.Names}}, {{.Status}}'];
  const containers = (node: NodeNumber) => cluster.on(node, 'ps', '--all', ...format, ...label, ...states);
  return (await Promise.all([...kinds.map(named), ...NODES.map(containers)])).flat();
}

test('docker stack rm leaves no service, container, network, secret or config on any node', async () => {
  expect((await left()).length).toBeGreaterThan(0);
  // A node may keep a container that it was creating just then: Swarm has forgotten its task. It never ran, and takes no memory.
  const beingCreated = async () => (await left()).filter((each) => each.endsWith(', Created'));
  await expect.poll(beingCreated, { timeout: PATIENCE_MS, interval: 500 }).toEqual([]);
  // A service that the launcher makes while Swarm removes the others keeps a config or a network: then it is said again, as one would.
  const remove = async () => {
    await cluster.on(1, 'stack', 'rm', cluster.name).catch(() => undefined);
    return left();
  };
  await expect.poll(remove, { timeout: PATIENCE_MS, interval: 2_000 }).toEqual([]);
});
