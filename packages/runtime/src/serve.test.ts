import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeRuntimeApi, TRACEPARENT } from './fake-runtime-api.ts';

const FUNCTION = join(import.meta.dirname, 'echo.fixture.ts');
const BARE_FUNCTION = join(import.meta.dirname, 'bare.fixture.ts');

function startFunction(environment: Record<string, string>, args: string[] = [], file = FUNCTION) {
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...environment } });
  const exit = once(child, 'exit').then(([code]) => code as number);
  const said = (what: string, times = 1) =>
    expect.poll(() => running.log.split(what).length - 1, { interval: 5 }).toBeGreaterThanOrEqual(times);
  const running = { child, exit, stdout: text(child.stdout), stderr: text(child.stderr), log: '', said };
  child.stderr.on('data', (chunk) => {
    running.log += chunk;
  });
  return running;
}

describe('with a launcher', () => {
  let launcher: FakeRuntimeApi;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    launcher = new FakeRuntimeApi();
    await launcher.listen();
  });

  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    launcher.close();
  });

  function start(inFlight = 1, args: string[] = [], file = FUNCTION) {
    const running = startFunction(
      { AWS_LAMBDA_RUNTIME_API: launcher.address, FUNCTION_IN_FLIGHT: String(inFlight) },
      args,
      file,
    );
    started.push(running.child);
    return running;
  }

  test('an event is answered with the result, and the handler knows its place in the order, and its trace', async () => {
    start();
    const { answer } = await launcher.give('{"a":"ü"}');
    expect(await answer).toEqual({
      path: 'response',
      body: {
        event: { a: 'ü' },
        acceptedAt: '1700000000000001',
        deadlineMs: 1_900_000_000_000,
        traceparent: TRACEPARENT,
      },
    });
  });

  test('a function that needs no resources is answered, too', async () => {
    start(1, [], BARE_FUNCTION);
    expect(await (await launcher.give('{"a":1}')).answer).toEqual({ path: 'response', body: { event: { a: 1 } } });
  });

  test('no payload at all is the event {}', async () => {
    start();
    expect(await (await launcher.give('')).answer).toMatchObject({ path: 'response', body: { event: {} } });
  });

  test("a payload that isn't JSON is the caller's fault, and the next event works", async () => {
    start();
    const { answer } = await launcher.give('{nonsense');
    expect(await answer).toMatchObject({ path: 'error', body: { errorType: 'InvalidEvent' } });
    expect(await (await launcher.give('{}')).answer).toMatchObject({ path: 'response' });
  });

  test('a handler that throws is reported with type, message and stack, and logged', async () => {
    const { stderr, exit } = start();
    const { answer, requestId } = await launcher.give('{"fail":"no luck"}');
    const { path, body } = await answer;
    expect(path).toBe('error');
    expect(body).toMatchObject({ errorType: 'TypeError', errorMessage: 'no luck' });
    expect((body as { stackTrace: string[] }).stackTrace[0]).toContain('echo.fixture');
    await launcher.noMoreWork();
    await exit;
    expect(await stderr).toContain(`${requestId}\tTypeError: no luck`);
  });

  test("what is the caller's fault is reported, not logged", async () => {
    const { stderr, exit } = start();
    const { answer } = await launcher.give('{"callersFault":"try again"}');
    expect(await answer).toMatchObject({ path: 'error', body: { errorMessage: 'try again' } });
    await launcher.noMoreWork();
    await exit;
    expect(await stderr).not.toContain('try again');
  });

  test('every line of a log is filed under its request, and END is the last', async () => {
    const { child, stderr, exit, said } = start(2);
    const slow = await launcher.give('{"log":"one\\ntwo","hold":true}', 'slow');
    await said('holding');
    const quick = await launcher.give('{"log":"three"}', 'quick');
    await quick.answer;
    child.kill('SIGCONT');
    await slow.answer;
    await launcher.noMoreWork();
    await exit;
    const lines = (await stderr).trim().split('\n');
    expect(lines.filter((line) => line !== 'rehearsal\twarming')).toEqual([
      'slow\tholding',
      "quick\tthree { and: 'more' }",
      'END RequestId: quick',
      'slow\tone',
      "slow\ttwo { and: 'more' }",
      'END RequestId: slow',
      'disconnected after 2',
    ]);
  });

  test('rehearses on while it waits for its first event, and then no more', async () => {
    const { stderr, exit, said } = start(1);
    await expect.poll(() => launcher.parked).toBe(1);
    await said('warming', 21);
    await (await launcher.give('{"log":"the first"}', 'first')).answer;
    await launcher.noMoreWork();
    await exit;
    const [before = '', after = ''] = (await stderr).split('the first');
    expect(before.match(/warming/g)?.length).toBe(21);
    expect(after).not.toContain('warming');
  });

  test('an idle container has two polls open; events in flight open more, never more than allowed', async () => {
    const { child, said } = start(4);
    await expect.poll(() => launcher.parked).toBe(2);
    const first = await launcher.give('{"hold":true}');
    await said('holding');
    expect(launcher.parked).toBe(1);
    const others = await Promise.all([1, 2, 3].map(() => launcher.give('{"hold":true}')));
    await said('holding', 4);
    expect(launcher.parked).toBe(0);
    child.kill('SIGCONT');
    await Promise.all([first, ...others].map(({ answer }) => answer));
    await expect.poll(() => launcher.parked).toBe(4);
  });

  test('when there are no more events, it finishes those in flight, disconnects and exits with 0', async () => {
    const { child, exit, stderr, said } = start(2);
    const { answer } = await launcher.give('{"hold":true}');
    await said('holding');
    await launcher.noMoreWork();
    child.kill('SIGCONT');
    expect(await answer).toMatchObject({ path: 'response' });
    expect(await exit).toBe(0);
    expect(await stderr).toContain('disconnected after 1');
  });

  test("a function that can't start says why and exits with 1", async () => {
    const { exit, stderr } = start(1, ['no database today']);
    expect(await exit).toBe(1);
    expect(launcher.initErrors).toMatchObject([{ errorType: 'Error', errorMessage: 'no database today' }]);
    expect(await stderr).toContain('no database today');
  });

  test('an answer that finds no room is sent again until it does', async () => {
    launcher.crowded = 2;
    start();
    const { answer } = await launcher.give('{"a":1}');
    expect(await answer).toMatchObject({ path: 'response', body: { event: { a: 1 } } });
    expect(launcher.crowded).toBe(0);
  });

  test('an answer that the launcher refuses is logged, and the next event works', async () => {
    const { stderr, exit } = start();
    launcher.acknowledgement = 413;
    await (await launcher.give('{}')).answer;
    expect(await (await launcher.give('{}')).answer).toMatchObject({ path: 'response' });
    await launcher.noMoreWork();
    expect(await exit).toBe(0);
    expect(await stderr).toContain('The Runtime API answered 413 to a result');
  });

  test('SIGTERM ends an idle container at once', async () => {
    const { child, exit } = start();
    await expect.poll(() => launcher.parked).toBe(1);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  test('SIGTERM ends a busy container after the event in flight', async () => {
    const { child, exit, said } = start();
    const { answer } = await launcher.give('{"hold":true}');
    await said('holding');
    child.kill('SIGTERM');
    // Of two signals that are sent at once, either may arrive first.
    await said('got SIGTERM');
    child.kill('SIGCONT');
    expect(await answer).toMatchObject({ path: 'response' });
    expect(await exit).toBe(0);
    expect(launcher.parked).toBe(0);
  });

  test('a container whose launcher is gone leaves with 1', async () => {
    const { exit } = start();
    await expect.poll(() => launcher.parked).toBe(1);
    launcher.close();
    expect(await exit).toBe(1);
  });
});

describe('by hand', () => {
  function run(stdin: string) {
    const running = startFunction({ AWS_LAMBDA_RUNTIME_API: '' });
    running.child.stdin.end(stdin);
    return running;
  }

  test('the event comes from stdin, the result goes to stdout, logs go to stderr', async () => {
    const { exit, stdout, stderr } = run('{"log":"hello"}\n');
    expect(JSON.parse(await stdout)).toMatchObject({ event: { log: 'hello' } });
    expect(await stderr).toContain('hello');
    expect(await exit).toBe(0);
  });

  test('an error goes to stderr, and the exit code is 1', async () => {
    const { exit, stdout, stderr } = run('{"fail":"no luck"}');
    expect(await stdout).toBe('');
    expect(await stderr).toBe('TypeError: no luck\n');
    expect(await exit).toBe(1);
  });

  test('nothing at all is the event {}', async () => {
    const { stdout } = run('');
    expect(JSON.parse(await stdout)).toMatchObject({ event: {}, acceptedAt: 'undefined' });
  });
});
