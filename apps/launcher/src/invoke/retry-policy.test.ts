import { describe, expect, test } from 'vitest';
import type { Outcome } from '../model/invocation.ts';
import type { SandboxEnd } from '../sandbox/sandbox-end.ts';
import { afterLoss, type Loss, timedOut, waitedInVain } from './retry-policy.ts';

const event = {
  ...{ requestId: 'an-id', name: 'vote', deadlineMs: 3_000, remainingMs: 1_000 },
  ...{ deaths: 0, blame: undefined as { outcome: Outcome; containerId: string } | undefined },
};
const exited = (exitCode: number, outOfMemory = false): SandboxEnd => ({
  kind: 'ended',
  exit: { kind: 'exited', exitCode, outOfMemory },
});
const loss = (differences: Partial<Loss> = {}): Loss => ({
  ...{ containerId: 'c', end: exited(1), memoryMb: 64, served: 0, unanswered: 1 },
  ...differences,
});
const errorIn = (outcome: Outcome | undefined) => JSON.parse(String(outcome?.payload)) as object;

describe('an event whose container ended before it answered', () => {
  test('is tried again twice, and then its caller hears why', () => {
    for (const deaths of [0, 1]) expect(afterLoss({ ...event, deaths }, loss(), undefined).kind).toBe('retry');
    const verdict = afterLoss({ ...event, deaths: 2 }, loss(), undefined);
    expect(verdict).toMatchObject({
      kind: 'answer',
      containerId: 'c',
      outcome: { errorType: 'Runtime.ExitError', timedOut: false },
    });
    expect(errorIn(verdict.kind === 'answer' ? verdict.outcome : undefined)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'RequestId: an-id Error: its container ended before it answered, 3 times: exit status 1',
    });
  });

  test('at its deadline has timed out, and is not tried again', () => {
    const verdict = afterLoss({ ...event, remainingMs: 0 }, loss(), undefined);
    expect(verdict).toMatchObject({ kind: 'answer', outcome: { errorType: 'Sandbox.Timedout', timedOut: true } });
  });

  test('at its deadline is the platform’s fault while the database is away', () => {
    const verdict = afterLoss({ ...event, remainingMs: 0 }, loss(), 'the database is away');
    expect(verdict).toMatchObject({ kind: 'fail', error: { type: 'ServiceException', retryAfterSeconds: 2 } });
  });

  test.each<[string, Loss, number, boolean]>([
    ['it exited with only this event', loss(), 0, true],
    ['it was out of memory', loss({ end: exited(137, true) }), 0, true],
    ['it had another event in hand', loss({ unanswered: 2 }), 0, false],
    ['it had served before', loss({ served: 1 }), 0, false],
    ['it had served before, but the event runs alone by now', loss({ served: 1 }), 1, true],
    ['somebody killed it', loss({ end: exited(137) }), 0, false],
    ['somebody removed it', loss({ end: { kind: 'ended', exit: { kind: 'lost' } } }), 0, false],
  ])('is to blame or not: %s', (_case, given, deaths, isToBlame) => {
    const verdict = afterLoss({ ...event, deaths }, given, undefined);
    expect(verdict.kind === 'retry' && verdict.blame !== undefined).toBe(isToBlame);
  });

  test.each<[SandboxEnd, string]>([
    [exited(9), 'exit status 9'],
    [exited(137, true), 'out of memory (64 MB)'],
    [{ kind: 'ended', exit: { kind: 'lost' } }, 'it was removed'],
  ])('is retried with the reason in words: %j', (end, reason) => {
    expect(afterLoss(event, loss({ end }), undefined)).toMatchObject({ kind: 'retry', reason });
  });
});

describe('the deadline of an event', () => {
  test('that a container had in hand is a time-out of the function', () => {
    const verdict = timedOut(event, 'c', undefined);
    expect(errorIn(verdict.kind === 'answer' ? verdict.outcome : undefined)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: 'RequestId: an-id Error: Task timed out after 3.00 seconds',
    });
  });

  test('that waited is the platform’s fault, in words that say what was missing', () => {
    const message = (given: typeof event, trouble?: string) => {
      const verdict = waitedInVain(given, undefined, trouble);
      return verdict.kind === 'fail' ? verdict.error.message : verdict.kind;
    };
    expect(message(event)).toBe('vote was not run within 3000 ms: no container was free. Try again soon.');
    expect(message(event, 'the database is away')).toMatch(/ within 3000 ms: the database is away\./);
    expect(message(event, 'its start fails: A sentence.')).toMatch(/: its start fails: A sentence\. Try again/);
    expect(message({ ...event, deaths: 1 })).toMatch(
      /^vote was not finished within .* none was free to run it again\./,
    );
  });

  test('that waited for a container which never asked for an event is the function’s fault', () => {
    const verdict = waitedInVain(event, 'silent', undefined);
    expect(verdict).toMatchObject({
      containerId: 'silent',
      outcome: { errorType: 'Runtime.InitTimeout', timedOut: true },
    });
  });

  test('that waited for another try is told what its container ended by, if that was its own doing', () => {
    const blame = { outcome: { kind: 'result', payload: Buffer.from('1') } as Outcome, containerId: 'earlier' };
    expect(waitedInVain({ ...event, deaths: 1, blame }, undefined, undefined)).toEqual({ kind: 'answer', ...blame });
  });
});
