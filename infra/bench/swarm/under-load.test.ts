import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { NODES } from '../src/swarm/cluster.ts';
import { SwarmStack } from '../src/swarm/swarm-stack.ts';
import { until } from '../src/until.ts';
import { underLoad } from './load-scene.ts';

const TEST_MS = 900_000;
/** A worker that is gone takes tasks along; others have to be noticed missing, and started. */
const WORKER_RECOVERY_MS = 180_000;
/** Engine, launcher, database; then the overlay network until it reaches the workers again. */
const MANAGER_RECOVERY_MS = 300_000;

const { signal } = new AbortController();
const stack = new SwarmStack(process.env as Record<string, string>, signal);
const { cluster } = stack;
const kept = { lost: 0, double: 0 };

beforeEach(async () => {
  for (const node of NODES) await cluster.seenAs(node, 'Ready Active', signal);
}, TEST_MS);
afterAll(() => stack.close());

describe('votes', () => {
  test('are taken by containers on every node', { timeout: TEST_MS }, async () => {
    const seen = new Map(NODES.map((node) => [node, new Set<string>()]));
    const everyNode = async () => {
      for (const node of NODES) for (const id of await cluster.running(node, 'record-vote')) seen.get(node)?.add(id);
      return [...seen.values()].every((ids) => ids.size > 0);
    };
    const outcome = await underLoad(
      { stack, signal },
      () => until('record-vote ran on every node', everyNode, { withinMs: WORKER_RECOVERY_MS, everyMs: 200, signal }),
      WORKER_RECOVERY_MS,
    );
    expect(outcome).toMatchObject(kept);
  });
});

describe('while people vote, nothing is lost or counted twice, and the service goes on', () => {
  test('when a worker is killed in the middle of a burst, and comes back', { timeout: TEST_MS }, async () => {
    onTestFinished(() => void cluster.start(3));
    const outcome = await underLoad(
      { stack, signal },
      ({ midBurst }) => midBurst(() => cluster.kill(3)),
      WORKER_RECOVERY_MS,
      async () => {
        await cluster.seenAs(3, 'Down Active', signal);
        await cluster.start(3);
        await cluster.seenAs(3, 'Ready Active', signal);
      },
    );
    expect(outcome).toMatchObject(kept);
    expect(outcome.acknowledged).toBeGreaterThan(0);
  });

  test('when a node is drained', { timeout: TEST_MS }, async () => {
    onTestFinished(() => void cluster.give(2, 'active'));
    const isEmpty = async () =>
      (await cluster.running(2, 'record-vote')).length +
        (await cluster.running(2, 'fetch-results')).length +
        (await cluster.running(2, 'web')).length ===
      0;
    const outcome = await underLoad(
      { stack, signal },
      async () => {
        await cluster.give(2, 'drain');
        await until('nothing of ours runs on the drained node', isEmpty, {
          withinMs: WORKER_RECOVERY_MS,
          everyMs: 300,
          signal,
        });
      },
      WORKER_RECOVERY_MS,
      () => cluster.give(2, 'active'),
    );
    expect(outcome).toMatchObject(kept);
  });

  test('when a node is cut off from the network, and brought back', { timeout: TEST_MS }, async () => {
    let reconnect: () => Promise<unknown> = async () => undefined;
    onTestFinished(async () => {
      await reconnect().catch(() => undefined);
    });
    const outcome = await underLoad(
      { stack, signal },
      ({ midBurst }) =>
        midBurst(async () => {
          reconnect = await cluster.cutOff(3);
        }),
      WORKER_RECOVERY_MS,
      async () => {
        await cluster.seenAs(3, 'Down Active', signal);
        await reconnect();
        await cluster.seenAs(3, 'Ready Active', signal);
      },
    );
    expect(outcome).toMatchObject(kept);
  });

  test('when the manager is restarted, and with it launcher and database', { timeout: TEST_MS }, async () => {
    const outcome = await underLoad(
      { stack, signal },
      () => cluster.restart(1).then(() => undefined),
      MANAGER_RECOVERY_MS,
    );
    expect(outcome).toMatchObject(kept);
  });

  test('when a function’s image is replaced', { timeout: TEST_MS }, async () => {
    const image = `serverless-vote/record-vote:${process.env.IMAGE_TAG}`;
    const service = ['service', 'inspect', '--format', '{{.Spec.TaskTemplate.ContainerSpec.Image}}'];
    let next = '';
    const isRolledOut = async () => {
      const used = await Promise.all(NODES.map((node) => cluster.images(node, 'record-vote')));
      const [wanted] = await cluster.on(1, ...service, `${cluster.name}_record-vote`);
      // Where every image has a digest, as with the containerd image store, it is used by its name and that.
      return [wanted, ...used.flat()].every((image) => image?.endsWith(next)) && used.flat().length > 0;
    };
    const outcome = await underLoad(
      { stack, signal },
      async () => {
        next = await cluster.replaceImage(image);
        await until('only the new image runs', isRolledOut, { withinMs: WORKER_RECOVERY_MS, everyMs: 200, signal });
      },
      WORKER_RECOVERY_MS,
    );
    expect(outcome).toMatchObject(kept);
  });
});
