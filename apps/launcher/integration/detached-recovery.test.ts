import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  containers,
  controlUrl,
  crash,
  docker,
  follow,
  healthy,
  invoke,
  permanent,
  send,
  total,
  vote,
} from './stack.ts';

const detach = (name: string, event: unknown) => invoke(name, event, { 'x-amz-invocation-type': 'Event' });
const voters = (count: number) => Array.from({ length: count }, () => randomUUID());
const detachVotes = (of: string[], choice: string) =>
  Promise.all(of.map(async (voterId) => (await detach('record-vote', { voterId, choice })).status));
const nobodyIsThere = (name: string) => expect.poll(async () => (await containers(name)).length).toBe(0);

async function votesFor(choice: string): Promise<number> {
  const { options } = (await invoke('fetch-results')).json() as { options: { id: string; votes: number }[] };
  return options.find(({ id }) => id === choice)?.votes ?? 0;
}

/** Waits until no detached event is left to be run. Whoever asks for dead letters makes the launcher look into its queue. */
async function allDone(): Promise<void> {
  await expect.poll(async () => (await send(controlUrl, '/dead-letters')).status).toBe(200);
  await expect
    .poll(async () => (await send(controlUrl, '/metrics')).text, { interval: 300 })
    .not.toMatch(/^detached_events\{.*state="(waiting|running)"\} [1-9]/m);
}

describe('detached events', () => {
  test('that wait or run when the launcher is killed are run by its successor, each vote counts once', async () => {
    const before = await total();
    await nobodyIsThere('record-vote');
    const answers = await detachVotes(voters(40), 'cats');
    await detach('misbehave', { do: 'sleep', ms: 2000 });
    await crash('launcher');
    expect(answers).toEqual(answers.map(() => 202));
    await healthy();
    await allDone();
    expect(await total()).toBe(before + 40);
    const metrics = (await send(controlUrl, '/metrics')).text;
    expect(metrics).toContain('detached_events_total{function="misbehave",outcome="done"} 1');
    expect(metrics).toMatch(/detached_events_total\{function="record-vote",outcome="done"\} \d+/);
  });

  test('that are late do not overwrite a later click', async () => {
    await nobodyIsThere('record-vote');
    const [cats, dogs] = [await votesFor('cats'), await votesFor('dogs')];
    const late = voters(20);
    await detachVotes(late, 'cats');
    await crash('launcher');
    await healthy();
    for (const { status } of await Promise.all(late.map((voterId) => vote('dogs', voterId)))) expect(status).toBe(200);
    await allDone();
    expect((await send(controlUrl, '/metrics')).text).toMatch(
      /detached_events_total\{function="record-vote",outcome="done"\} [1-9]/,
    );
    expect([await votesFor('cats'), await votesFor('dogs')]).toEqual([cats, dogs + 20]);
  });

  test('are all recorded, each once, when the database is killed among them', async () => {
    const before = await total();
    const first = detachVotes(voters(30), 'cats');
    await delay(30);
    await crash('database');
    const second = detachVotes(voters(30), 'cats');
    expect(await first).toEqual(Array.from({ length: 30 }, () => 202));
    expect(await second).toEqual(Array.from({ length: 30 }, () => 202));
    await allDone();
    expect(await total()).toBe(before + 60);
  });

  test('whose container is killed under them are run by another', async () => {
    const events = await follow(controlUrl, '/events');
    const { headers } = await detach('misbehave-draining', { do: 'sleep', ms: 1500 });
    const id = headers['x-amzn-requestid'];
    await expect.poll(events.text).toContain(`"type":"invocation.running","requestId":"${id}"`);
    const [victim] = await containers('misbehave-draining');
    await docker.getContainer(victim?.Id ?? '').kill();
    await expect.poll(events.text).toContain(`"type":"detached.done","requestId":"${id}"`);
    events.leave();
  });

  test('are refused with 503 while the database is away, and none of those is recorded', async () => {
    const before = await total();
    const database = await permanent('database');
    await database.stop({ t: 5 });
    try {
      const from = performance.now();
      const answer = await detach('record-vote', { voterId: randomUUID(), choice: 'cats' });
      expect(performance.now() - from).toBeLessThan(12_000);
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'x-amzn-errortype': 'ServiceException', 'retry-after': '2' },
      });
      expect((await send(controlUrl, '/dead-letters')).status).toBe(503);
    } finally {
      await database.start();
    }
    await expect.poll(() => detachVotes(voters(1), 'cats')).toEqual([202]);
    await allDone();
    expect(await total()).toBe(before + 1);
  });

  test('that are dead stay so over the launcher’s end', async () => {
    await send(controlUrl, '/dead-letters', { method: 'DELETE' });
    await detach('misbehave', { do: 'fail' });
    const dead = async () => ((await send(controlUrl, '/dead-letters')).json() as { total: number }).total;
    await expect.poll(dead, { interval: 500 }).toBe(1);
    await crash('launcher');
    await healthy();
    await expect.poll(dead).toBe(1);
    const answer = await send(controlUrl, '/dead-letters', { method: 'DELETE' });
    expect(answer.json()).toEqual({ deleted: 1 });
  });
});
