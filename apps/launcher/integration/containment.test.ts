import { describe, expect, test } from 'vitest';
import { containers, invoke, vote } from './stack.ts';

const ids = async () => (await containers('misbehave')).map(({ Id }) => Id.slice(0, 12));

/** What a function may do wrong, and as whose fault its caller hears of it. An answer of its own is no fault. */
const deeds: [string, object, RegExp | undefined][] = [
  ['loops', { do: 'loop' }, /^Sandbox\.Timedout$/],
  ['forks without end', { do: 'fork-bomb' }, /^(Sandbox\.Timedout|Runtime\.ExitError)$/],
  ['eats memory', { do: 'eat-memory' }, /^(Runtime\.OutOfMemory|Sandbox\.Timedout)$/],
  ['exits', { do: 'exit', code: 1 }, /^Runtime\.ExitError$/],
  ['fills /tmp', { do: 'fill-tmp' }, undefined],
  ['writes a gigabyte to stdout', { do: 'write-without-end', megabytes: 1024 }, /^Sandbox\.Timedout$/],
  ['answers twice', { do: 'answer-twice' }, undefined],
  ['answers with 100 MB', { do: 'answer-with-megabytes', megabytes: 100 }, /^Function\.ResponseSizeTooLarge$/],
  ['answers another’s event', { do: 'answer-for-another' }, undefined],
  ['asks for more events than it may have', { do: 'ask-for-more' }, undefined],
];

describe('a function that', () => {
  test.each(deeds)('%s is contained, reported, gone, and the next invocation works', async (...deed) => {
    const [, event, fault] = deed;
    const answer = await invoke('misbehave', event);
    const there = await ids();
    const { errorType } = (answer.json() ?? {}) as { errorType?: string };
    // A gigabyte may be through before the deadline; whoever is slower times out.
    if (fault && (errorType !== undefined || !('megabytes' in event))) {
      expect(answer).toMatchObject({ status: 200, headers: { 'x-amz-function-error': 'Unhandled' } });
      expect(errorType).toMatch(fault);
    } else {
      expect(answer.headers['x-amz-function-error']).toBeUndefined();
    }
    // Who timed out or died is gone when its caller hears of it; who answered leaves by itself.
    if (errorType !== undefined && !errorType.startsWith('Function.'))
      expect(there).not.toContain(answer.headers['x-container-id']);
    expect((await invoke('misbehave')).json()).toEqual({});
    expect((await vote()).status).toBe(200);
    await expect.poll(ids).toEqual([]);
  });
});
