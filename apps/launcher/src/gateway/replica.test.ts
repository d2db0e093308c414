import { EngineError } from '@serverless-vote/engine';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../test/free-port.ts';
import { testService } from '../../test/service.ts';

describe('starting → ready', () => {
  test('when it accepts connections', async () => {
    const { begin, until, types, engine } = testService();
    const { replica } = begin();
    expect(replica.state).toEqual({ kind: 'starting' });
    await until(() => replica.state.kind === 'ready');
    expect(replica.state).toMatchObject({ target: { socketPath: expect.stringContaining(`/${replica.id}/`) } });
    expect(await replica.settled).toBeUndefined();
    expect(types()).toEqual(['container.starting', 'container.started', 'container.ready']);
    expect(engine.specs).toMatchObject([{ kind: 'web', database: false }]);
  });

  test('when the port of its program does, which has no folder and knows nothing of ours', async () => {
    const port = await freePort();
    const { beginReady, engine } = testService({ port, environment: ['BEHAVIOUR'] }, { behaviour: `port ${port}` });
    const { replica } = await beginReady();
    expect(replica.state).toMatchObject({ target: { socketPath: expect.stringContaining(`/${replica.id}/`) } });
    const [{ relay, mounts, environment } = {}] = engine.specs;
    expect({ mounts, environment }).toEqual({ mounts: [], environment: { BEHAVIOUR: `port ${port}` } });
    const folder = { volume: 'ingress', folder: replica.id, target: '/run/web', readOnly: false };
    expect(relay).toEqual({ from: '/run/web/web.sock', to: port, mounts: [folder] });
  });
});

describe('starting → gone', () => {
  test.each([
    [
      'when it exits',
      'ends at its start',
      "The service web ended while it was starting; its last lines are in the launcher's log.",
    ],
    [
      'at its deadline',
      'never listens',
      'The service web was not ready within 60000 ms: nothing listens at its socket in its container.',
    ],
    ['when it left more than its socket', 'leaves a file', 'must contain that socket and nothing else'],
  ])('%s', async (_when, behaviour, reason) => {
    const { begin, until, types, engine } = testService({}, { behaviour });
    const { replica, gone, fails } = begin();
    await until(() => types().includes('container.started'));
    expect(await fails(behaviour === 'never listens' ? 1_000 : 2)).toMatchObject({
      type: 'ServiceException',
      message: expect.stringContaining(reason),
    });
    await gone;
    expect(replica.state).toEqual({ kind: 'gone' });
    expect(types()).toEqual(['container.starting', 'container.started', 'container.failed', 'container.gone']);
    expect(await engine.list()).toEqual([]);
  });

  test('whose name and port the reason says, if it is not web', async () => {
    const { begin, until, types } = testService(
      { port: await freePort() },
      { behaviour: 'never listens', name: 'hello' },
    );
    const { fails } = begin();
    await until(() => types().includes('container.started'));
    expect((await fails(1_000))?.message).toMatch(
      /^The service hello was not ready .*: nothing listens on port \d+ in/,
    );
  });

  test('when the engine does not start it, with the engine’s reason', async () => {
    const { begin, engine } = testService();
    engine.fault = () => new EngineError('misconfigured', 'no such image');
    const { replica, gone } = begin();
    await gone;
    expect(await replica.settled).toMatchObject({ type: 'InternalFailure', message: 'no such image' });
  });
});

test.each([
  ['ends', 'never listens'],
  ['listens all the same', 'listens at SIGTERM'],
])('starting → draining → gone: when it is told to stop, and %s', async (_what, behaviour) => {
  const { begin, until, isRunning } = testService({}, { behaviour });
  const { replica, gone, fails } = begin();
  await until(isRunning);
  void replica.stop();
  expect(replica.state.kind).toBe('draining');
  expect(await fails()).toMatchObject({ type: 'ServiceException' });
  await gone;
  expect(replica.state).toEqual({ kind: 'gone' });
});

test('ready → resting: when it is not needed, and has requests left', async () => {
  const { replica } = await testService().beginReady();
  replica.inFlight = 1;
  replica.rest();
  expect(replica.state).toMatchObject({ kind: 'resting', target: { socketPath: expect.any(String) } });
});

test('resting → ready: when it is needed again', async () => {
  const { replica } = await testService().beginReady();
  replica.inFlight = 1;
  replica.rest();
  replica.bringBack();
  expect(replica.state).toMatchObject({ kind: 'ready', target: { socketPath: expect.any(String) } });
});

describe('ready → draining', () => {
  test('when it has failed; it ends after its last request', async () => {
    const { replica, reaches } = await testService().beginReady();
    replica.inFlight = 2;
    replica.drain();
    replica.release();
    expect(replica.state).toEqual({ kind: 'draining' });
    replica.release();
    await reaches('gone');
  });

  test('when the engine withdraws it; it ends after its last request', async () => {
    const withdrawal = Promise.withResolvers<void>();
    const { beginReady, engine } = testService();
    engine.withdrawn = withdrawal.promise;
    const { replica, reaches } = await beginReady();
    replica.inFlight = 1;
    withdrawal.resolve();
    await reaches('draining');
    replica.release();
    await reaches('gone');
  });

  test('and gone: when it is not needed, and has no requests', async () => {
    const { beginReady, types } = testService();
    const { replica, gone } = await beginReady();
    replica.rest();
    expect(replica.state.kind).toBe('draining');
    await gone;
    expect(types().at(-1)).toBe('container.gone');
  });
});

test.each([
  ['unused', 0, 1_000],
  ['in use', 1, 10_000],
])('a program of others that is %s has its time to leave, since many ignore SIGTERM', async (_what, inFlight, ms) => {
  const port = await freePort();
  const { beginReady, engine } = testService({ port }, { behaviour: `port ${port}` });
  const { replica } = await beginReady();
  replica.inFlight = inFlight;
  await replica.stop();
  expect(engine.graces).toEqual([ms]);
});

describe('resting → draining', () => {
  test('and gone: after the last request', async () => {
    const { replica, reaches } = await testService().beginReady();
    replica.inFlight = 1;
    replica.rest();
    replica.release();
    expect(replica.state.kind).toBe('draining');
    await reaches('gone');
  });

  test.each(['drain', 'stop'] as const)('by %s; it never comes back', async (how) => {
    const { replica } = await testService({}, { behaviour: 'ignores SIGTERM' }).beginReady();
    replica.inFlight = 1;
    replica.rest();
    void replica[how]();
    replica.bringBack();
    expect(replica.state.kind).toBe('draining');
  });
});

test('draining → gone: when its grace is over, whatever requests it has', async () => {
  const { replica, gone } = await testService({}, { behaviour: 'ignores SIGTERM' }).beginReady();
  replica.inFlight = 1;
  await replica.stop(20);
  await gone;
  expect(replica.state).toEqual({ kind: 'gone' });
});

test.each(['ready', 'resting', 'draining'] as const)('%s → gone: when it exits', async (state) => {
  const { beginReady, engine } = testService();
  const { replica, gone } = await beginReady();
  replica.inFlight = 1;
  if (state === 'resting') replica.rest();
  if (state === 'draining') replica.drain();
  expect(replica.state.kind).toBe(state);
  await engine.remove(replica.id);
  await gone;
  expect(replica.state).toEqual({ kind: 'gone' });
});
