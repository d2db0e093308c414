import { afterEach, describe, expect, test } from 'vitest';
import { hold, running, waitingFor } from './held.ts';
import { operator } from './operator.ts';
import { type Answer, controlUrl, follow, healthy, invoke, invokeInTime, invokeRaw } from './stack.ts';

/*
 * What a launcher guarantees with any engine. `make test` runs it against Docker on one machine, `make swarm-test`
 * against a Swarm of three nodes.
 */
const containerOf = ({ headers }: Answer) => headers['x-container-id'] ?? '';
const isRunning = async (name: string, id: string) => (await operator.running(name)).includes(id);
/** On a Swarm the launcher may restart on a node that has to find the others first. */
describe('start', () => {
  test('a function without a container gets one, which its answer names, and which is there while it works', async () => {
    const held = await hold('misbehave');
    await expect.poll(() => isRunning('misbehave', held.containerId)).toBe(true);
    await held.release();
    const answer = await held.answer;
    expect(answer).toMatchObject({ status: 200, headers: { 'x-start-kind': 'cold' } });
    expect(containerOf(answer)).toMatch(/^[0-9a-f]{12}$/);
  });

  test('a container serves one event, ends by itself with status 0, and is gone', async () => {
    const bus = await follow(controlUrl, '/events');
    const used = containerOf(await invoke('misbehave'));
    expect(containerOf(await invoke('misbehave'))).not.toBe(used);
    const gone = new RegExp(`"type":"container.gone"[^\\n]*"containerId":"${used}"[^\\n]*"exitCode":0`);
    await expect.poll(bus.text).toMatch(gone);
    await expect.poll(() => isRunning('misbehave', used)).toBe(false);
    bus.leave();
  });
});

describe('event and result', () => {
  test('are passed on unchanged, even when they are large', async () => {
    const text = 'ä'.repeat(2 * 1024 * 1024);
    const answer = await invokeRaw('misbehave', JSON.stringify({ do: 'sleep', ms: 1, text }));
    expect(answer.json()).toEqual({ slept: 1 });
    const large = await invoke('misbehave', { do: 'answer-with-megabytes', megabytes: 5 });
    expect(large.json()).toBe('x'.repeat(5 * 1024 * 1024));
  });

  test('a container’s output is returned with the answer on request', async () => {
    const { headers } = await invoke('misbehave', { do: 'say', text: 'hello' }, { 'x-amz-log-type': 'Tail' });
    expect(Buffer.from(headers['x-amz-log-result'] ?? '', 'base64').toString()).toContain('hello');
  });

  test('a function’s own error is its result', async () => {
    expect((await invoke('misbehave', { do: 'fail' })).json()).toEqual({
      errorType: 'TypeError',
      errorMessage: 'as told',
    });
  });
});

describe('exit status', () => {
  test('of a container that ended during its event is reported', async () => {
    const answer = await invoke('misbehave', { do: 'exit', code: 7 });
    expect(answer.json()).toMatchObject({ errorType: expect.stringMatching(/^(Runtime.ExitError|Sandbox.Timedout)$/) });
    const reused = await invoke('misbehave-reused', { do: 'exit', code: 7 });
    expect(reused.json()).toMatchObject({ errorMessage: expect.stringMatching(/exit status 7$/) });
  });

  test('of one that can’t start is reported after a few tries, and retries end', async () => {
    const answer = await invoke('crash-at-start');
    const errorMessage = expect.stringMatching(/exit status 1/);
    expect(answer.json()).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage });
    const bus = await follow(controlUrl, '/events');
    // No retry comes after more than two seconds.
    await invoke('misbehave', { do: 'sleep', ms: 2_500 });
    expect(bus.text()).not.toMatch(/"type":"container.starting"[^\n]*"name":"crash-at-start"/);
    bus.leave();
  });

  test('says so when it was for its memory', async () => {
    const { errorType } = (await invoke('misbehave-reused', { do: 'eat-memory' })).json() as { errorType: string };
    expect(errorType).toMatch(/^(Runtime.OutOfMemory|Sandbox.Timedout)$/);
  });
});

describe('deadline', () => {
  test('ends a container that loops, before its caller gets the answer', async () => {
    const answer = await invokeInTime('misbehave-impatient', { do: 'loop' });
    expect(answer.json()).toMatchObject({ errorType: 'Sandbox.Timedout' });
    // Another node's engine may list a task a moment longer than its processes live.
    await expect.poll(() => isRunning('misbehave-impatient', containerOf(answer))).toBe(false);
  });

  test('counts for a container that never gets ready', async () => {
    const answer = await invoke('never-ready');
    expect(answer.headers['x-amz-function-error'] ?? answer.status).toBeOneOf(['Unhandled', 503]);
  });
});

describe('kill', () => {
  test('the event of a container that is killed under it is answered by another', async () => {
    const held = await hold('misbehave-in-a-short-queue');
    await operator.kill(held.containerId);
    const second = await held.runningAgain(1);
    await held.release(second);
    const answer = await held.answer;
    expect(answer.json()).toEqual({ held: true });
    expect(containerOf(answer)).toBe(second);
    expect(second).not.toBe(held.containerId);
  });
});

describe('leftovers', () => {
  test('of a launcher that was killed are gone when a new one is ready', async () => {
    const { containerId } = await hold('misbehave-reused');
    await operator.crashLauncher();
    await healthy();
    await expect.poll(() => isRunning('misbehave-reused', containerId)).toBe(false);
    expect((await invoke('misbehave')).status).toBe(200);
  });
});

describe('lost engine', () => {
  afterEach(() => operator.findEngine().catch(() => undefined));

  test('running events are answered, starts wait for the engine, and exits meanwhile are noticed', async () => {
    const { answer, containerId } = await running('misbehave-reused', { do: 'sleep', ms: 1500 });
    await operator.loseEngine();
    expect((await answer).json()).toEqual({ slept: 1500 });
    const needsStart = invoke('misbehave-in-a-short-queue');
    await expect.poll(() => waitingFor('misbehave-in-a-short-queue')).toBe(1);
    await operator.findEngine();
    expect((await needsStart).status).toBe(200);
    await expect.poll(() => isRunning('misbehave-reused', containerId)).toBe(false);
    expect((await invoke('misbehave')).status).toBe(200);
  });
});
