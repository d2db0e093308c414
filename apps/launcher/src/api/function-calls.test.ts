import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Catalog, readCatalog } from '@serverless-vote/catalog';
import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { test as base, describe, vi } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { commandOf } from '../../test/program.ts';
import { ThreadEngine } from '../../test/thread-engine.ts';
import type { AsyncEvents } from '../async/async-events.ts';
import { Invoker } from '../invoke/invoker.ts';
import { AcceptanceClock } from '../model/acceptance-clock.ts';
import { EventBus } from '../model/event-bus.ts';
import { Invocation } from '../model/invocation.ts';
import { StartLimiter } from '../model/start-limiter.ts';
import type { AnswerCall } from '../sandbox/runtime-client.ts';
import { runtimeApiOnSockets } from '../sandbox/runtime-endpoints.ts';
import { functionCalls } from './function-calls.ts';

const real = readCatalog(`${import.meta.dirname}/../../../../functions/catalog.json`);
const COMMAND = commandOf('function');
const DEADLINE_MS = 10_000;

/** Functions as threads, whose `mayInvoke` is given, and a clock that the test advances. */
function openFunctions(mayInvoke: Record<string, string[]>, limits: object = {}) {
  const directory = mkdtempSync(`${tmpdir()}/calls-`);
  const common = { warmPool: 0, concurrency: 1, deadlineMs: DEADLINE_MS, serving: { kind: 'single-use' }, ...limits };
  const functions = Object.fromEntries(
    Object.entries(mayInvoke).map(([name, allowed]) => [
      name,
      { ...real.functions['record-vote'], ...common, invalidates: [], mayInvoke: allowed },
    ]),
  ) as Catalog['functions'];
  const catalog = { ...real, functions };
  const clock = new ManualClock();
  const bus = new EventBus();
  const events: PublishedEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const engine = new ThreadEngine({ directory, command: () => COMMAND });
  const accept = vi.fn<AsyncEvents['accept']>(async () => 'accepted');
  let answerCall: AnswerCall | undefined;
  const invoker = new Invoker(
    catalog,
    { ownImages: { prefix: '', tag: 'latest' }, idleTimeoutMs: 60_000 },
    {
      ...{ engine, bus, clock, limiter: new StartLimiter(4), acceptance: new AcceptanceClock() },
      openEndpoint: runtimeApiOnSockets(directory),
      answerCall: (...call) => answerCall?.(...call),
      databaseReady: { isDone: true, done: Promise.resolve({ asyncEventsAreLeft: false }) },
      succeeded: () => undefined,
    },
  );
  answerCall = functionCalls({ catalog, invoker, asyncEvents: { accept } as unknown as AsyncEvents });
  const invoke = async (name: string, event: object) => {
    const invoked = await invoker.invoke(name, Buffer.from(JSON.stringify(event)));
    return { ...invoked, told: JSON.parse(String(invoked.outcome.payload)) };
  };
  const seen = <Type extends PublishedEvent['type']>(type: Type, of?: string) =>
    events.filter(
      (event): event is PublishedEvent & { type: Type } => event.type === type && (!of || event.name === of),
    );
  const until = (name: string) => path.join(directory, name);
  const close = async () => {
    await engine.close();
    await invoker.close(0);
    rmSync(directory, { recursive: true, force: true });
  };
  return {
    invoke,
    invoker,
    seen,
    clock,
    engine,
    accept,
    until,
    release: (name: string) => writeFileSync(until(name), ''),
    close,
  };
}

const test = base.extend<{ functions: typeof openFunctions }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it which other fixtures this one needs
  functions: async ({}, use) => {
    const opened: ReturnType<typeof openFunctions>[] = [];
    await use((...parts) => {
      opened.push(openFunctions(...parts));
      return opened.at(-1) as ReturnType<typeof openFunctions>;
    });
    await Promise.all(opened.map(({ close }) => close()));
  },
});
const call = (name: string, event: object = {}) => ({ do: 'call', name, event });
const refusal = (errorType: string, errorMessage: string) => ({ errorType, errorMessage });

describe.concurrent('a function that invokes another one', () => {
  test('gets its result: a chain of five, with one trace, whose first answer tells how long it waited', async ({
    expect,
    functions,
  }) => {
    const { invoke, seen } = functions({ a: ['b'], b: ['c'], c: ['d'], d: ['e'], e: [] });
    const { told, calls } = await invoke('a', call('b', call('c', call('d', call('e')))));
    expect(told.of.of.of.of).toEqual({ pid: expect.any(Number) });
    expect(calls).toEqual([{ name: 'b', ms: expect.any(Number) }]);
    await expect.poll(() => seen('invocation.finished').map(({ name }) => name)).toEqual(['e', 'd', 'c', 'b', 'a']);
    const traces = seen('invocation.finished').map(({ traceId }) => traceId);
    expect(new Set(traces).size).toBe(1);
    expect(told.traceparent).toContain(traces[0]);
  });

  test('gets the error of that one, by its name', async ({ expect, functions }) => {
    const { invoke } = functions({ a: ['b'], b: [] });
    const { told } = await invoke('a', call('b', { do: 'throw', errorType: 'PollClosed', message: 'too late' }));
    expect(told).toMatchObject(refusal('PollClosed', 'too late'));
  });

  test.for([
    [['a', 'b', 'a'], { a: ['b'], b: ['a'] }],
    [['a', 'b', 'c', 'b'], { a: ['b'], b: ['c'], c: ['b'] }],
    [['a', 'a'], { a: ['a'] }],
  ] as const)(
    'is refused when %s would wait for itself, and says so, at a concurrency of 1',
    async ([names, mayInvoke], { expect, functions }) => {
      const { invoke } = functions(mayInvoke as unknown as Record<string, string[]>);
      const event = names.slice(1).reduceRight((inner, name) => call(name, inner), {});
      const { told } = await invoke('a', event);
      const message = `${names.at(-1)} would wait for itself: ${names.join(' → ')}. Invoke it with InvocationType Event, or not at all.`;
      expect(told).toMatchObject(refusal('RecursiveInvocationException', message));
    },
  );

  test.for([
    ['a', 'c', 'AccessDeniedException', 'The catalog does not allow a to invoke c.'],
    ['a', 'nobody', 'ResourceNotFoundException', 'Function not found: "nobody". The catalog has: a, b, c.'],
    ['c', 'b', 'AccessDeniedException', 'The catalog allows c to invoke no function.'],
  ] as const)(
    'may invoke only what the catalog allows it: %s → %s',
    async ([from, to, type, message], { expect, functions }) => {
      const { invoke } = functions({ a: ['b'], b: [], c: [] });
      expect((await invoke(from, call(to))).told).toMatchObject(refusal(type, message));
    },
  );

  test('reaches nothing else at its socket than the invocations of others', async ({ expect, functions }) => {
    const { invoke } = functions({ a: ['b'], b: [] });
    const { told } = await invoke('a', { do: 'call-raw', name: 'b/../../../2015-03-31/functions/b/x', event: {} });
    expect(told).toMatchObject({ status: 404 });
  });

  test('gives it at most its own remaining time, and a time-out then says nothing about that one', async ({
    expect,
    functions,
  }) => {
    const { invoke, seen, clock, until, release } = functions({ a: ['b'], b: [] });
    const event = { ...call('b', { do: 'hold', until: until('never') }), until: until('go') };
    const answer = invoke('a', event);
    await expect.poll(() => seen('invocation.running', 'a').length).toBe(1);
    clock.pass(DEADLINE_MS - 1_000);
    release('go');
    await expect.poll(() => seen('invocation.running', 'b').length).toBe(1);
    clock.pass(1_000);
    expect((await answer).told).toMatchObject({ errorType: 'Sandbox.Timedout' });
    await expect.poll(() => seen('invocation.finished', 'b').length).toBe(1);
    const [finished] = seen('invocation.finished', 'b');
    expect(finished).toMatchObject({ outcome: 'timeout', failure: undefined });
    expect(finished?.totalMs).toBeLessThan(1_100);
  });

  test.for(['runs', 'waits for a container'])(
    'and dies: the other one finishes although it still %s, and its answer is dropped',
    async (state, { expect, functions }) => {
      const { invoke, seen, engine, until, release } = functions({ a: ['b'], b: [] });
      const other = state === 'runs' ? undefined : invoke('b', { do: 'hold', until: until('go') });
      if (other) await expect.poll(() => seen('invocation.running', 'b').length).toBe(1);
      const answer = invoke('a', call('b', { do: 'hold', until: until('go') }));
      await expect.poll(() => seen('invocation.accepted', 'b').length).toBe(other ? 2 : 1);
      if (!other) await expect.poll(() => seen('invocation.running', 'b').length).toBe(1);
      await engine.remove(seen('container.starting', 'a')[0]?.sandboxId ?? '');
      // It is tried again, and calls again.
      await expect.poll(() => seen('invocation.accepted', 'b').length).toBe(other ? 3 : 2);
      release('go');
      expect((await answer).told).toMatchObject({ of: { pid: expect.any(Number) } });
      await other;
      await expect
        .poll(() => seen('invocation.finished', 'b').map(({ outcome }) => outcome))
        .toEqual(Array(other ? 3 : 2).fill('success'));
    },
  );

  test('and is itself called: when it dies in the middle of a chain, it is tried again, and the first one waits for its answer', async ({
    expect,
    functions,
  }) => {
    const { invoke, seen, engine, until, release } = functions({ a: ['b'], b: ['c'], c: [] }, { concurrency: 2 });
    const answer = invoke('a', call('b', call('c', { do: 'hold', until: until('go') })));
    await expect.poll(() => seen('invocation.running', 'c').length).toBe(1);
    await engine.remove(seen('container.starting', 'b')[0]?.sandboxId ?? '');
    await expect.poll(() => seen('invocation.running', 'c').length).toBe(2);
    release('go');
    expect((await answer).told.of.of).toEqual({ pid: expect.any(Number) });
    const ended = () => seen('invocation.finished').map(({ name, outcome }) => `${name} ${outcome}`);
    await expect.poll(ended).toEqual(['c success', 'c success', 'b success', 'a success']);
  });

  test('while the launcher drains still gets its result, since it is in progress', async ({ expect, functions }) => {
    const { invoke, invoker, seen, until, release } = functions({ a: ['b'], b: [] });
    const answer = invoke('a', { ...call('b'), until: until('go') });
    await expect.poll(() => seen('invocation.running', 'a').length).toBe(1);
    const closed = invoker.close(15_000);
    release('go');
    expect((await answer).told).toMatchObject({ of: { pid: expect.any(Number) } });
    await closed;
    await expect.poll(() => seen('container.gone').length).toBe(2);
  });

  test('may leave no more than 16 calls of an event in the queue, also if it hangs up', async ({
    expect,
    functions,
  }) => {
    const { invoker, clock, until, release } = functions({ a: ['b'], b: [] }, { concurrency: 4 });
    const event = { name: 'a', payload: Buffer.from('{}'), deadlineMs: DEADLINE_MS };
    const callers = [new Invocation(event, invoker.accept(), clock)];
    const hold = Buffer.from(JSON.stringify({ do: 'hold', until: until('go') }));
    const [seventeenth, ...others] = Array.from({ length: 17 }, () => invoker.invoke('b', hold, { callers })).reverse();
    await expect(seventeenth).rejects.toMatchObject({ type: 'TooManyRequestsException' });
    release('go');
    for (const { outcome } of await Promise.all(others)) expect(outcome.kind).toBe('result');
    expect(callers[0]?.openCalls).toBe(0);
  });

  test('later: the event is accepted for the asynchronous queue, within the trace and with its delay', async ({
    expect,
    functions,
  }) => {
    const { invoke, accept, seen } = functions({ a: ['a'] });
    expect((await invoke('a', { do: 'later', name: 'a', event: { n: 1 } })).told).toEqual({ requestId: 'accepted' });
    await expect.poll(() => seen('invocation.finished').length).toBe(1);
    const trace = expect.objectContaining({ traceId: seen('invocation.finished')[0]?.traceId });
    expect(accept).toHaveBeenCalledWith('a', Buffer.from('{"n":1}'), { qualifier: undefined, trace, delaySeconds: 30 });
  });
});

describe.concurrent('a client that knows nothing of our runtime', () => {
  const raw = (name: string, headers: object = {}) => ({ do: 'call-raw', name, event: {}, headers });

  test('calls for the one event that its container has in flight', async ({ expect, functions }) => {
    const { invoke, seen } = functions({ a: ['b'], b: [] });
    const { told, calls } = await invoke('a', raw('b'));
    expect({ told, calls }).toMatchObject({ told: { status: 200 }, calls: [{ name: 'b' }] });
    await expect.poll(() => new Set(seen('invocation.finished').map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('may send as much as a caller of the control API, and its function 16 MB at the same time', async ({
    expect,
    functions,
  }) => {
    const { invoke, seen, until, release } = functions({ a: ['b'], b: [] }, { concurrency: 3 });
    const large = { ...raw('b'), event: { do: 'hold', until: until('go') } };
    expect((await invoke('a', { ...large, megabytes: 6.1 })).told).toMatchObject({ status: 413 });
    const held = [1, 2].map(() => invoke('a', { ...large, megabytes: 5.9 }));
    await expect.poll(() => seen('invocation.accepted', 'b').length).toBe(2);
    expect((await invoke('a', { ...large, megabytes: 5.9 })).told).toMatchObject({ status: 429 });
    release('go');
    for (const { told } of await Promise.all(held)) expect(told).toMatchObject({ status: 200 });
  });

  test('cannot name an event that its container does not have', async ({ expect, functions }) => {
    const { invoke } = functions({ a: ['b'], b: [] });
    const { told } = await invoke('a', raw('b', { 'lambda-runtime-aws-request-id': crypto.randomUUID() }));
    expect(told).toMatchObject({
      status: 403,
      body: { Message: expect.stringContaining('in flight in this container') },
    });
  });

  test('of several events in flight may name one; if it names none, the paths of all of them are closed', async ({
    expect,
    functions,
  }) => {
    const { invoke, seen, until, release } = functions(
      { a: ['b'], b: ['a'] },
      { serving: { kind: 'reuse', inFlight: 2, events: 10 }, concurrency: 1 },
    );
    const direct = invoke('b', { ...raw('a'), until: until('go') });
    await expect.poll(() => seen('invocation.running', 'b').length).toBe(1);
    const fromA = invoke('a', call('b', { do: 'hold', until: until('end') }));
    await expect.poll(() => seen('invocation.running', 'b').length).toBe(2);
    release('go');
    expect((await direct).told).toMatchObject({ status: 400, body: { Message: expect.stringContaining('a → b → a') } });
    // Our runtime names it.
    expect((await invoke('b', call('a'))).told).toMatchObject({ of: { pid: expect.any(Number) } });
    expect(seen('container.starting', 'b')).toHaveLength(1);
    release('end');
    await fromA;
  });
});
