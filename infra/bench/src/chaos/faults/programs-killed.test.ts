import { describe, expect, it } from 'vitest';
import type { Scene } from '../fault.ts';
import { check, heardIn, killAgainAndAgain } from './programs-killed.ts';

const answer = (status: number, body: string, headers = {}) => ({
  id: 'an-id',
  answer: { status, body, headers: { 'x-amzn-requestid': 'r', ...headers }, headMs: 0, totalMs: 0 },
});
const good = answer(200, 'Echoing an-id');
const failed = answer(200, '{"errorType":"Runtime.ExitError"}', { 'x-amz-function-error': 'Unhandled' });
const ran = { type: 'output', name: 'others-stdio', text: 'ran "an-id"' };
const again = { type: 'invocation.retried', name: 'others-stdio', requestId: 'r' };

describe('calls of programs whose containers are killed', () => {
  it.each([
    ['its own result', [good, good], [ran]],
    ['an error that says what happened', [good, failed], []],
    ['a second run, for it was tried again', [good], [ran, again, ran]],
  ])('may have %s', (_what, called, heard) => {
    expect(() => check('others-stdio', called, heard)).not.toThrow();
  });

  it.each([
    ['somebody else’s result', [answer(200, 'Echoing another-id')], [], 'answered 200'],
    ['an error that says nothing', [answer(502, '')], [], 'answered 502'],
    ['a second run without need', [good], [ran, ran], 'ran 2 times, and was tried again 0 times'],
    ['mostly errors', [good, failed, failed], [], 'only 1 of 3'],
  ])('may not have %s', (_what, called, heard, message) => {
    expect(() => check('others-stdio', called, heard)).toThrow(message);
  });

  it('are followed in the launcher’s event stream', () => {
    const other = { type: 'invocation.running', name: 'others-stdio' };
    const stream = [ran, other, again].map(
      (event) => `event: ${event.type}\ndata: ${JSON.stringify({ at: '', ...event })}\n\n`,
    );
    expect(heardIn(stream.join(''))).toMatchObject([ran, again]);
  });
});

it('a container that has ended before it could be killed is no failure, and does not count', async () => {
  const over = new AbortController();
  let asked = 0;
  const container = {
    inspect: async () => ({ State: { Pid: 2 ** 30 }, Image: 'without-node' }),
    async kill() {
      asked += 1;
      if (asked === 1) throw new Error('Container a is not running');
      over.abort();
    },
  };
  const scene = { stack: { containers: async () => [{ Id: 'a' }] }, docker: { getContainer: () => container } };
  expect(await killAgainAndAgain(scene as unknown as Scene, () => 1, over.signal)).toBe(1);
});
