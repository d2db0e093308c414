import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { endPauses, ownerSession } from './sql.ts';
import { controlUrl, docker, follow, invoke, invokeInTime, send } from './stack.ts';

interface Called {
  status: number;
  error?: string;
  answer: Called & Record<string, unknown>;
}
const call = (name: string, event: object = {}, headers = {}) => ({ do: 'call', name, event, headers });
const REUSED = 'misbehave-reused';

describe('a function calls another one', () => {
  test('in a chain of five, up to one with a database, with one trace; the first answer says how long it waited', async () => {
    const traceId = randomBytes(16).toString('hex');
    const events = await follow(controlUrl, '/events');
    const chain = call(
      REUSED,
      call('misbehave-in-one-container', call('misbehave-in-a-short-queue', call('fetch-results'))),
    );
    const answer = await invoke('misbehave', chain, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    expect(answer.status).toBe(200);
    const { answer: fromReused } = answer.json() as Called;
    expect(fromReused.answer.answer.answer).toMatchObject({ total: expect.any(Number) });
    expect(answer.headers['server-timing']).toMatch(/, run;dur=[\d.]+, call;desc="misbehave-reused";dur=[\d.]+$/);
    const finished = new RegExp(
      `"invocation.finished","requestId":"[^"]*","traceId":"${traceId}","name":"([^"]*)"`,
      'g',
    );
    const names = () => [...events.text().matchAll(finished)].map(([, name]) => name);
    const innermostFirst = [
      'fetch-results',
      'misbehave-in-a-short-queue',
      'misbehave-in-one-container',
      REUSED,
      'misbehave',
    ];
    await expect.poll(names).toEqual(innermostFirst);
    events.leave();
  });

  test('is refused when it would wait for itself, or when the catalog does not allow it', async () => {
    const cycle = (await invokeInTime('misbehave', call(REUSED, call('misbehave')))).json() as Called;
    expect(cycle.answer).toMatchObject({ status: 400, error: 'RecursiveInvocationException' });
    expect(cycle.answer.answer.Message).toContain(': misbehave → misbehave-reused → misbehave.');
    expect((await invokeInTime('misbehave', call('record-vote'))).json()).toMatchObject({ status: 403 });
    expect((await invokeInTime('misbehave', call('nobody'))).json()).toMatchObject({ status: 404 });
    expect((await invokeInTime('misbehave-impatient', call('misbehave'))).json()).toMatchObject({ status: 403 });
  });

  test('and is answered with its time-out, after its own deadline', async () => {
    // On a busy machine the other one's container may not be ready before its deadline, which is refused.
    const attempt = async () =>
      (await invokeInTime('misbehave', call('misbehave-impatient', { do: 'hold' }))).json() as Called;
    let called = await attempt();
    while (called.status === 503) called = await attempt();
    expect(called.answer).toMatchObject({ errorType: expect.stringMatching(/^Sandbox.Timedout|Runtime.InitTimeout$/) });
  });

  test('and dies: the other one finishes, and the event is tried again and calls again', async () => {
    const events = await follow(controlUrl, '/events');
    const running = (name: string) =>
      [
        ...events
          .text()
          .matchAll(new RegExp(`"invocation.running".*"name":"${name}","containerId":"([0-9a-f]{12})"`, 'g')),
      ].map(([, containerId = '']) => containerId);
    const answer = invoke('misbehave', call(REUSED, { do: 'hold' }));
    await expect.poll(() => running(REUSED).length).toBe(1);
    await docker.getContainer(running('misbehave')[0] ?? '').kill();
    await expect.poll(() => running(REUSED).length).toBe(2);
    for (const id of new Set(running(REUSED))) await docker.getContainer(id).kill({ signal: 'SIGCONT' });
    expect((await answer).json()).toMatchObject({ status: 200, answer: { held: true } });
    const finished = () =>
      events.text().match(new RegExp(`"invocation.finished".*"name":"${REUSED}","outcome":"success"`, 'g'));
    await expect.poll(finished).toHaveLength(2);
    events.leave();
  });

  test('later: the event is committed in the caller’s trace, and runs when it is due', async () => {
    const headers = { 'x-amz-invocation-type': 'Event', 'x-serverless-vote-delay-seconds': '600' };
    const events = await follow(controlUrl, '/events');
    expect((await invokeInTime('misbehave', call(REUSED, { do: 'say', text: 'late' }, headers))).json()).toMatchObject({
      status: 202,
    });
    const { client, end } = await ownerSession();
    const waiting = `select start_after > now() + interval '500 s' as later from async_events.job where name = $1`;
    expect((await client.query(waiting, [REUSED])).rows).toEqual([{ later: true }]);
    await client.query(`update async_events.job set start_after = now() where name = $1`, [REUSED]);
    await endPauses(client);
    await end();
    await expect.poll(events.text).toMatch(new RegExp(`"async.done".*"name":"${REUSED}"`));
    events.leave();
    const metrics = async () => (await send(controlUrl, '/metrics')).text;
    await expect.poll(metrics).toContain(`async_events{function="${REUSED}",state="later"} 0`);
  });
});
