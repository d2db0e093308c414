import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Answer, containers, controlUrl, docker, invoke, vote, watchEngine } from './stack.ts';

const functionError = (errorType: string, errorMessage: RegExp) => ({
  status: 200,
  error: 'Unhandled',
  body: { errorType, errorMessage: expect.stringMatching(errorMessage) },
});
const told = ({ status, headers, json }: Answer) => ({ status, error: headers['x-amz-function-error'], body: json() });
const ids = async (name: string) => (await containers(name)).map(({ Id }) => Id.slice(0, 12));

describe('a function', () => {
  test('that throws is reported in its own words, and is not tried again', async () => {
    const engine = await watchEngine('misbehave');
    expect(told(await invoke('misbehave', { do: 'fail' }))).toEqual(functionError('TypeError', /^as told$/));
    await delay(500);
    expect((await engine.end()).filter((event) => event.startsWith('create'))).toHaveLength(1);
  });

  test('that loops is ended at its deadline, and is gone before its caller hears of it', async () => {
    const answer = await invoke('misbehave', { do: 'loop' });
    expect(told(answer)).toEqual(functionError('Sandbox.Timedout', /Task timed out after 3\.00 seconds$/));
    expect(await ids('misbehave')).not.toContain(answer.headers['x-container-id']);
    expect((await vote()).status).toBe(200);
  });

  test('that exits is tried three times, then reported with its exit status', async () => {
    const answer = await invoke('misbehave-draining', { do: 'exit', code: 7 });
    expect(told(answer)).toEqual(functionError('Runtime.ExitError', /3 times: exit status 7$/));
  });

  test('that eats memory is ended by its limit', async () => {
    const answer = await invoke('misbehave', { do: 'eat-memory' });
    expect(told(answer).body).toMatchObject({
      errorType: expect.stringMatching(/^(Runtime\.OutOfMemory|Sandbox\.Timedout)$/),
    });
    expect((await vote()).status).toBe(200);
  });

  test('that forks without end reaches its limit of processes', async () => {
    const { started, refused } = (await invoke('misbehave', { do: 'fork' })).json() as {
      started: number;
      refused: string;
    };
    expect(refused).toBe('EAGAIN');
    expect(started).toBeLessThan(32);
  });

  test('that fills /tmp fills its own few megabytes', async () => {
    expect((await invoke('misbehave', { do: 'fill-tmp' })).json()).toEqual({ megabytes: 8, code: 'ENOSPC' });
  });

  test('that writes a gigabyte of log disturbs nobody', async () => {
    await invoke('misbehave', { do: 'write-without-end', megabytes: 1024 });
    expect((await vote()).status).toBe(200);
  });

  test('that answers twice is heard once', async () => {
    const answer = await invoke('misbehave', { do: 'answer-twice' });
    expect(answer.json()).toBe('first');
  });

  test('that answers for another is refused', async () => {
    expect((await invoke('misbehave', { do: 'answer-for-another' })).json()).toEqual({ status: 403 });
  });

  test('that asks for more events than the catalog allows is refused', async () => {
    expect((await invoke('misbehave', { do: 'ask-for-more' })).json()).toEqual({ status: 403 });
  });

  test('that answers with 100 MB is told that it is too much', async () => {
    expect(told(await invoke('misbehave', { do: 'answer-with-megabytes', megabytes: 100 }))).toEqual(
      functionError('Function.ResponseSizeTooLarge', /larger than/),
    );
  });

  test('that can’t start is reported with its own words, not waited for until the deadline', async () => {
    expect(told(await invoke('crash-at-start'))).toEqual(functionError('Runtime.ExitError', /exit status 1/));
  });

  test('that never asks for an event is ended, and its caller answered', async () => {
    const answer = await invoke('never-ready');
    expect(told(answer)).toEqual(functionError('Runtime.InitTimeout', /did not ask for an event within 4000 ms$/));
    expect(await ids('never-ready')).not.toContain(answer.headers['x-container-id']);
    await expect.poll(() => ids('never-ready')).toEqual([]);
  });
});

describe('an event', () => {
  test('whose container is killed under it is tried again, and answered', async () => {
    const answer = invoke('misbehave-draining', { do: 'sleep', ms: 1500 });
    await expect.poll(() => ids('misbehave-draining')).not.toEqual([]);
    await delay(700);
    const [victim] = await ids('misbehave-draining');
    await docker.getContainer(victim ?? '').kill();
    const { status, headers, json } = await answer;
    expect({ status, body: json() }).toEqual({ status: 200, body: { slept: 1500 } });
    expect(headers['x-container-id']).not.toBe(victim);
  });

  test('that kills its container takes no neighbour along', async () => {
    await invoke('misbehave-draining');
    const good = Array.from({ length: 12 }, () => invoke('misbehave-draining', { do: 'sleep', ms: 100 }));
    const bad = invoke('misbehave-draining', { do: 'exit', code: 9 });
    expect(told(await bad)).toEqual(functionError('Runtime.ExitError', /exit status 9$/));
    for (const answer of await Promise.all(good)) expect(answer.json()).toEqual({ slept: 100 });
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

  test('beyond the queue gets 429 with Retry-After at once', async () => {
    const name = 'misbehave-in-a-short-queue';
    const answers = await Promise.all(Array.from({ length: 6 }, () => invoke(name, { do: 'sleep', ms: 300 })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6 - refused.length);
    expect(refused.length).toBeGreaterThanOrEqual(3);
    for (const { headers } of refused)
      expect(headers).toMatchObject({ 'x-amzn-errortype': 'TooManyRequestsException', 'retry-after': '1' });
  });

  test('whose caller has left costs no container', async () => {
    const name = 'misbehave-in-a-short-queue';
    const engine = await watchEngine(name);
    const first = invoke(name, { do: 'sleep', ms: 1000 });
    await delay(300);
    const leave = new AbortController();
    const url = `${controlUrl}/2015-03-31/functions/${name}/invocations`;
    const left = fetch(url, { method: 'POST', body: '{}', signal: leave.signal }).catch(() => undefined);
    await delay(300);
    leave.abort();
    await left;
    expect((await first).status).toBe(200);
    await delay(1000);
    expect((await engine.end()).filter((event) => event.startsWith('create'))).toHaveLength(1);
  });

  test('never makes more containers run than the catalog allows', async () => {
    const answers = Promise.all(Array.from({ length: 6 }, () => invoke('misbehave', { do: 'sleep', ms: 100 })));
    let most = 0;
    const counting = setInterval(async () => {
      most = Math.max(most, (await containers('misbehave')).length);
    }, 50);
    for (const { status } of await answers) expect(status).toBe(200);
    clearInterval(counting);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
  });
});
