import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fullQueue, hold, running, waitingFor } from './held.ts';
import { type Answer, containers, controlUrl, invoke, invokeInTime, watchEngine } from './stack.ts';

const functionError = (errorType: string, errorMessage: RegExp) => ({
  status: 200,
  error: 'Unhandled',
  body: { errorType, errorMessage: expect.stringMatching(errorMessage) },
});
const told = ({ status, headers, json }: Answer) => ({ status, error: headers['x-amz-function-error'], body: json() });
const ids = async (name: string) => (await containers(name)).map(({ Id }) => Id.slice(0, 12));
const created = (events: string[]) => events.filter((event) => event.startsWith('create'));

describe('a function', () => {
  test('that throws is reported in its own words, and is not tried again', async () => {
    const engine = await watchEngine('misbehave');
    expect(told(await invoke('misbehave', { do: 'fail' }))).toEqual(functionError('TypeError', /^as told$/));
    await invoke('misbehave');
    expect(created(await engine.end())).toHaveLength(2);
  });

  test('that never asks for an event is ended, and its caller answered', async () => {
    const answer = await invokeInTime('never-ready');
    expect(told(answer)).toEqual(functionError('Runtime.InitTimeout', /did not ask for an event within 4000 ms$/));
    expect(await ids('never-ready')).not.toContain(answer.headers['x-container-id']);
    await expect.poll(() => ids('never-ready')).toEqual([]);
  });
});

describe('an event', () => {
  test('that kills its container harms no others', async () => {
    const name = 'misbehave-in-one-container';
    const { answer, containerId, runningAgain, release } = await hold(name);
    const good = Array.from({ length: 12 }, () => invoke(name, { do: 'sleep', ms: 10 }));
    const bad = await running(name, { do: 'exit', code: 9 });
    expect(bad.containerId).toBe(containerId);
    await release(await runningAgain(1));
    expect(told(await bad.answer)).toEqual(functionError('Runtime.ExitError', /exit status 9$/));
    for (const each of await Promise.all(good)) expect(each.json()).toEqual({ slept: 10 });
    expect((await answer).json()).toEqual({ held: true });
  });

  test('that is bad fails alone in a batch, and its neighbours are recorded', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        invoke('record-vote', { voterId: randomUUID(), choice: i % 3 === 0 ? 'birds' : 'cats' }),
      ),
    );
    expect(answers.map(({ headers }) => headers['x-amz-function-error'] !== undefined)).toEqual(
      Array.from({ length: 60 }, (_, i) => i % 3 === 0),
    );
  });

  test('beyond the queue gets 429 with Retry-After, and those in it are answered', async () => {
    const { name, release } = await fullQueue();
    const refused = await Promise.all([invoke(name), invoke(name), invoke(name)]);
    for (const answer of refused)
      expect(answer).toMatchObject({
        status: 429,
        headers: { 'x-amzn-errortype': 'TooManyRequestsException', 'retry-after': '1' },
      });
    expect((await release()).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('whose caller has left costs no container', async () => {
    const name = 'misbehave-in-a-short-queue';
    const engine = await watchEngine(name);
    const { answer, release } = await hold(name);
    const leave = new AbortController();
    const url = `${controlUrl}/2015-03-31/functions/${name}/invocations`;
    const left = fetch(url, { method: 'POST', body: '{}', signal: leave.signal }).catch(() => undefined);
    await expect.poll(() => waitingFor(name)).toBe(1);
    leave.abort();
    await left;
    await expect.poll(() => waitingFor(name)).toBe(0);
    await release();
    expect((await answer).status).toBe(200);
    expect((await invoke(name)).status).toBe(200);
    expect(created(await engine.end())).toHaveLength(2);
  });

  test('never makes more containers run than the catalog allows', async () => {
    const engine = await watchEngine('misbehave');
    const answers = await Promise.all(Array.from({ length: 6 }, () => invoke('misbehave')));
    for (const { status } of answers) expect(status).toBe(200);
    let now = 0;
    const most = (await engine.end()).map((event) => {
      if (/^(start|die) /.test(event)) now += event.startsWith('start') ? 1 : -1;
      return now;
    });
    expect(Math.max(...most)).toBe(2);
  });
});
