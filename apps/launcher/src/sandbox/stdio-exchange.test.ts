import { describe } from 'vitest';
import { test as base, type TestPool } from '../../test/pool.ts';
import { RESULT_LIMIT } from '../model/invocation.ts';

/** A pool whose containers are a shell's script over stdio. */
const test = base.extend<{ stdio: (script: string, warmPool?: number, faults?: object) => TestPool }>({
  stdio: async ({ testPool }, use) =>
    use((script, warmPool = 0, faults = {}) =>
      testPool({ protocol: 'stdio', warmPool }, { command: ['sh', '-c', script], faults }),
    ),
});
const error = (errorType: string, errorMessage: unknown) => ({
  ...{
    kind: 'function-error',
    timedOut: errorType === 'Sandbox.Timedout',
    errorType,
    told: { errorType, errorMessage },
  },
});
/** The outcome, with its error as the caller reads it. */
const told = async ({ answer }: ReturnType<TestPool['submit']>) => {
  const { payload, ...outcome } = (await answer).outcome;
  return outcome.kind === 'result' ? String(payload) : { ...outcome, told: JSON.parse(String(payload)) };
};

describe.concurrent('a function over stdio', () => {
  test('gets the event as its standard input; its standard output is the result', async ({ expect, stdio }) => {
    expect(await told(stdio('cat').submit({ name: 'Ada' }))).toBe('{"name":"Ada"}');
  });

  test('is prewarmed: it waits for its event', async ({ expect, stdio }) => {
    const { pool, conditions, submit } = stdio('cat', 1);
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    expect(await submit().answer).toMatchObject({ startKind: 'prewarmed', outcome: { kind: 'result' } });
  });

  test('gets and returns megabytes', async ({ expect, stdio }) => {
    const event = { text: 'ä'.repeat(2 * 1024 * 1024) };
    expect(await told(stdio('cat').submit(event))).toBe(JSON.stringify(event));
  });

  test('serves one event per container', async ({ expect, stdio }) => {
    const { submit, engine, pool } = stdio('cat');
    const [first, second] = await Promise.all([submit().answer, submit().answer]);
    expect(first.containerId).not.toBe(second.containerId);
    expect(engine.starts).toBe(2);
    await expect.poll(() => pool.fleet.total).toBe(0);
    expect(pool.health.isFine).toBe(true);
  });

  test('that exits with a status has its last lines of standard error as the error’s message, and is not retried', async ({
    expect,
    stdio,
  }) => {
    const { submit, engine } = stdio('cat; for i in $(seq 1 12); do echo "line $i" >&2; done; exit 3');
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i + 3}`).join('\n');
    expect(await told(submit())).toEqual(error('Runtime.ExitError', `exit status 3: ${lines}`));
    expect(engine.starts).toBe(1);
  });

  test('that fails silently is reported with its exit status', async ({ expect, stdio }) => {
    const message = 'exit status 1: nothing on standard error';
    expect(await told(stdio('cat; exit 1').submit())).toEqual(error('Runtime.ExitError', message));
  });

  test('whose standard error is not the result: it is the event’s log', async ({ expect, stdio }) => {
    const invocation = stdio('cat >&2; echo done').submit({ name: 'Ada' });
    expect(await told(invocation)).toBe('done\n');
    expect(await invocation.log.complete()).toBe('{"name":"Ada"}\n');
  });

  test('that returns more than the limit is ended, and its caller told', async ({ expect, stdio }) => {
    const { submit, pool } = stdio('cat >/dev/null; cat /dev/zero');
    const expected = error(
      'Function.ResponseSizeTooLarge',
      `The result is larger than the ${RESULT_LIMIT} bytes that are allowed.`,
    );
    expect(await told(submit())).toEqual(expected);
    await expect.poll(() => pool.fleet.total).toBe(0);
  });

  test('may return exactly the limit', async ({ expect, stdio }) => {
    const { outcome } = await stdio(`cat >/dev/null; head -c ${RESULT_LIMIT} /dev/zero`).submit().answer;
    expect(outcome).toMatchObject({ kind: 'result', payload: { length: RESULT_LIMIT } });
  });

  test('that writes before it has an event is refused, and never gets one', async ({ expect, stdio }) => {
    const { pool, seen } = stdio('echo hello; cat', 1);
    pool.prewarm();
    await expect.poll(() => seen('container.gone').length).toBe(1);
    expect(pool.health.why).toBe(
      'its start fails: It wrote to standard output before it had an event: "hello\\n". Messages belong on standard error.',
    );
    expect(seen('container.gone')).toMatchObject([{ served: 0 }]);
  });

  test('that exits before it has an event has failed to start', async ({ expect, stdio }) => {
    const { pool, seen } = stdio('echo "no such file" >&2; exit 2', 1);
    pool.prewarm();
    await expect.poll(() => seen('container.gone').length).toBe(1);
    expect(pool.health.why).toBe('its start fails: Runtime exited during init: exit status 2: no such file');
  });

  test('that exits without reading its event, or without a result, is told so', async ({ expect, stdio }) => {
    const message = 'It exited with status 0, but wrote nothing to standard output: not even null.';
    expect(await told(stdio('exit 0').submit({ text: 'x'.repeat(1e6) }))).toEqual(error('Runtime.NoResult', message));
    expect(await told(stdio('cat >/dev/null').submit())).toEqual(error('Runtime.NoResult', message));
  });

  test.for([
    ['never reads its event', 'sleep 1000'],
    ['never exits', 'cat; sleep 1000'],
    ['closes its output and never exits', 'cat; exec >&- 2>&-; sleep 1000'],
  ] as const)('that %s is ended at its deadline', async ([, script], { expect, stdio }) => {
    const { submit, clock, seen, pool } = stdio(script);
    const invocation = submit({ text: 'x'.repeat(1e6) });
    await expect.poll(() => seen('invocation.running').length).toBe(1);
    clock.pass(5_000);
    const message = `RequestId: ${invocation.requestId} Error: Task timed out after 5.00 seconds`;
    expect(await told(invocation)).toEqual(error('Sandbox.Timedout', message));
    await expect.poll(() => pool.fleet.total).toBe(0);
  });

  test('that is killed under its event is retried, and what it had written is dropped', async ({ expect, stdio }) => {
    const { submit, pool, seen } = stdio(
      'echo begun; read -r event; case $event in *kill*) kill -9 $$;; esac; echo end',
    );
    expect(await told(submit({ do: 'kill' }))).toEqual(
      error(
        'Runtime.ExitError',
        expect.stringMatching(/its container ended before it answered, 3 times: exit status 137$/),
      ),
    );
    expect(seen('invocation.retried')).toHaveLength(2);
    await expect.poll(() => pool.fleet.total).toBe(0);
  });

  test('whose container the engine lost is retried, although it exited with status 0', async ({ expect, stdio }) => {
    let exits = 0;
    const exit = (started: { exited: Promise<object> }) => ({
      ...started,
      exited: started.exited.then((end) => {
        exits += 1;
        return exits === 1 ? { kind: 'lost' } : end;
      }),
    });
    const { submit, engine } = stdio('cat', 0, { exit });
    expect(await told(submit())).toBe('{}');
    expect(engine.starts).toBe(2);
  });

  test('that ran out of memory is told so', async ({ expect, stdio }) => {
    const exit = (started: object) => ({
      ...started,
      exited: Promise.resolve({ kind: 'exited', exitCode: 137, outOfMemory: true }),
    });
    const invocation = stdio('exit 0', 0, { exit }).submit();
    expect(await told(invocation)).toEqual(error('Runtime.OutOfMemory', 'out of memory'));
  });

  test('is killed, not given an empty event, when it is no longer needed', async ({ expect, stdio }) => {
    const { pool, conditions, clock, seen } = stdio('cat; echo an empty event >&2', 1);
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    clock.pass(60_000);
    await expect.poll(() => seen('container.gone')).toMatchObject([{ exit: { exitCode: 137 } }]);
    expect(seen('output')).toEqual([]);
    expect(pool.health.isFine).toBe(true);
  });
});
