import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { endPauses, ownerSession } from './sql.ts';
import {
  containers,
  controlUrl,
  crash,
  docker,
  follow,
  healthy,
  invoke,
  send,
  total,
  untilAccepted,
  vote,
} from './stack.ts';

const EVENT = { 'x-amz-invocation-type': 'Event' };
const DELAY = 'x-serverless-vote-delay-seconds';
const invokeAsync = (name: string, event: unknown) => invoke(name, event, EVENT);
const voters = (count: number) => Array.from({ length: count }, () => randomUUID());
/** @returns the status of each voter's last attempt */
const voteAsync = (of: string[], choice: string) =>
  Promise.all(
    of.map(async (voterId) => (await untilAccepted(() => invokeAsync('record-vote', { voterId, choice }))).status),
  );
/** Blocks all votes until the returned function is called. */
async function lockVotes(): Promise<() => Promise<void>> {
  const { client, end } = await ownerSession();
  await client.query('begin; lock table votes in exclusive mode');
  return end;
}

async function votesFor(choice: string): Promise<number> {
  const { options } = (await invoke('fetch-results')).json() as { options: { id: string; votes: number }[] };
  return options.find(({ id }) => id === choice)?.votes ?? 0;
}

/** Waits until all asynchronous events have run. A request for dead letters makes the launcher open its queue. */
async function allDone(): Promise<void> {
  await expect.poll(async () => (await send(controlUrl, '/dead-letters')).status).toBe(200);
  await expect
    .poll(async () => (await send(controlUrl, '/metrics')).text, { interval: 300 })
    .not.toMatch(/^async_events\{.*state="(waiting|running)"\} [1-9]/m);
}

describe('asynchronous events', () => {
  test('that wait or run when the launcher is killed are run by its successor; each vote counts once, and overwrites no later click', async () => {
    const [cats, dogs] = [await votesFor('cats'), await votesFor('dogs')];
    const late = voters(20);
    const unlock = await lockVotes();
    // More than may run at the same time, and the running ones wait for the lock.
    const answers = await voteAsync([...voters(40), ...late], 'cats');
    expect(answers).toEqual(answers.map(() => 202));
    await crash('launcher');
    await unlock();
    await healthy();
    for (const { status } of await Promise.all(late.map((voterId) => vote('dogs', voterId)))) expect(status).toBe(200);
    await allDone();
    expect([await votesFor('cats'), await votesFor('dogs')]).toEqual([cats + 40, dogs + 20]);
    expect((await send(controlUrl, '/metrics')).text).toMatch(
      /async_events_total\{function="record-vote",outcome="done"\} [1-9]/,
    );
  });

  test('are all recorded, each once, when the database is killed among them', async () => {
    const before = await total();
    const first = voteAsync(voters(30), 'cats');
    await crash('database');
    const second = voteAsync(voters(30), 'cats');
    expect(await Promise.all([first, second])).toEqual(Array(2).fill(Array(30).fill(202)));
    await allDone();
    expect(await total()).toBe(before + 60);
  });

  test('whose container is killed under them are run by another', async () => {
    const events = await follow(controlUrl, '/events');
    const { headers } = await invokeAsync('misbehave-reused', { do: 'hold' });
    const id = headers['x-amzn-requestid'];
    const runs = new RegExp(`"type":"invocation.running","requestId":"${id}".*"containerId":"([0-9a-f]{12})"`, 'g');
    const containers = () => [...events.text().matchAll(runs)].map(([, containerId = '']) => containerId);
    for (const times of [1, 2]) {
      await expect.poll(() => containers().length).toBe(times);
      await docker.getContainer(containers().at(-1) ?? '').kill({ signal: times === 1 ? 'SIGKILL' : 'SIGCONT' });
    }
    await expect.poll(events.text).toMatch(new RegExp(`"type":"async.done".*"requestId":"${id}"`));
    events.leave();
  });

  test('that are due later survive a kill of launcher and database, while two containers run, and run once, when due', async () => {
    const { headers, status } = await invoke('misbehave', { do: 'say', text: 'late' }, { ...EVENT, [DELAY]: '900' });
    expect(status).toBe(202);
    const id = headers['x-amzn-requestid'];
    await Promise.all([crash('launcher'), crash('database')]);
    await healthy();
    await expect.poll(async () => (await containers()).length, { interval: 200 }).toBe(2);
    const isLater = async () =>
      (await send(controlUrl, '/metrics')).text.match(/^async_events\{.*"later"\} 1$/gm) ?? [];
    await expect.poll(isLater).toEqual(['async_events{function="misbehave",state="later"} 1']);

    const owner = await ownerSession();
    const soon = `update async_events.job set start_after = now() + interval '5 s' where id = $1 returning start_after as due`;
    const { due } = (await owner.client.query(soon, [id])).rows[0];
    await crash('launcher');
    await healthy();
    const events = await follow(controlUrl, '/events');
    const runs = new RegExp(`\\{[^{}]*"type":"invocation.running","requestId":"${id}"[^{}]*\\}`, 'g');
    await expect.poll(events.text).toMatch(new RegExp(`"type":"async.done".*"requestId":"${id}"`));
    const [ran, ...again] = events.text().match(runs) ?? [];
    expect(again).toEqual([]);
    expect(Date.parse(JSON.parse(ran ?? '').at)).toBeGreaterThanOrEqual(due.getTime());
    events.leave();
    await owner.end();
    await expect.poll(isLater).toEqual([]);
  });

  test('that are dead letters stay so after a restart of the launcher', async () => {
    await send(controlUrl, '/dead-letters', { method: 'DELETE' });
    await invokeAsync('misbehave', { do: 'fail' });
    const dead = async () => ((await send(controlUrl, '/dead-letters')).json() as { total: number }).total;
    const { client, end } = await ownerSession();
    await expect.poll(() => endPauses(client).then(dead)).toBe(1);
    await end();
    await crash('launcher');
    await healthy();
    await expect.poll(dead).toBe(1);
    const answer = await send(controlUrl, '/dead-letters', { method: 'DELETE' });
    expect(answer.json()).toEqual({ deleted: 1 });
  });
});
