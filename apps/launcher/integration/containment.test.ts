import { describe, expect, test } from 'vitest';
import { type Answer, containers, invoke, invokeInTime, vote } from './stack.ts';

const told = ({ status, headers, json }: Answer) => ({ status, error: headers['x-amz-function-error'], body: json() });
const result = (body: unknown) => ({ status: 200, error: undefined, body });
const fault = (errorType: RegExp, errorMessage = /./) => ({
  ...{ status: 200, error: 'Unhandled' },
  body: { errorType: expect.stringMatching(errorType), errorMessage: expect.stringMatching(errorMessage) },
});
const TIMED_OUT = /^Sandbox\.Timedout$/;
/** With a deadline of three seconds, which ends misbehaviour that would go on forever. */
const impatient = 'misbehave-impatient';

/** It may finish before its deadline. */
const inTimeOrNot = (body: object): object =>
  expect.toSatisfy((heard) => {
    expect(heard.error ? fault(TIMED_OUT) : result(body)).toEqual(heard);
    return true;
  });

/** What a function does wrong, and the error that its caller gets. */
const deeds: [string, string, object, object][] = [
  ['loops', impatient, { do: 'loop' }, fault(TIMED_OUT, /Task timed out after 3\.00 seconds$/)],
  ['forks without end', impatient, { do: 'fork-bomb' }, fault(/^(Sandbox\.Timedout|Runtime\.ExitError)$/)],
  ['eats memory', impatient, { do: 'eat-memory' }, fault(/^(Runtime\.OutOfMemory|Sandbox\.Timedout)$/)],
  [
    'writes a gigabyte to stdout',
    impatient,
    { do: 'write-without-end', megabytes: 1024 },
    inTimeOrNot({ megabytes: 1024 }),
  ],
  ['writes single bytes to stdout', impatient, { do: 'write-single-bytes', bytes: 1e5 }, inTimeOrNot({ bytes: 1e5 })],
  [
    'starts more processes than it may',
    'misbehave',
    { do: 'fork' },
    result({ started: expect.any(Number), refused: 'EAGAIN' }),
  ],
  ['exits', 'misbehave', { do: 'exit', code: 7 }, fault(/^Runtime\.ExitError$/, /3 times: exit status 7$/)],
  ['fills /tmp', 'misbehave', { do: 'fill-tmp' }, result({ megabytes: 8, code: 'ENOSPC' })],
  ['answers twice', 'misbehave', { do: 'answer-twice' }, result('first')],
  [
    'answers with 100 MB',
    'misbehave',
    { do: 'answer-with-megabytes', megabytes: 100 },
    fault(/^Function\.ResponseSizeTooLarge$/, /larger than/),
  ],
  ['answers another’s event', 'misbehave', { do: 'answer-for-another' }, result({ status: 403 })],
  ['asks for more events than it may have', 'misbehave', { do: 'ask-for-more' }, result({ status: 403 })],
];

describe.concurrent('a function that', () => {
  // Concurrent tests need their own `expect`.
  test.for(deeds)('%s is contained, reported, gone, and the next invocation works', async (deed, { expect }) => {
    const [, name, event, expected] = deed;
    const answer = await invokeInTime(name, event);
    const isThere = async () =>
      (await containers(name)).some(({ Id }) => Id.startsWith(answer.headers['x-container-id'] ?? '/'));
    const isThereNow = await isThere();
    expect(told(answer)).toEqual(expected);
    // A container that timed out or died is gone before its caller gets the answer; one that answered exits by itself.
    const { errorType = '' } = (answer.json() ?? {}) as { errorType?: string };
    if (/^(Sandbox|Runtime)\./.test(errorType)) expect(isThereNow).toBe(false);
    else await expect.poll(isThere).toBe(false);
    expect((await invoke('misbehave')).json()).toEqual({});
  });

  test('does any of this meanwhile hinders no vote', async ({ expect }) => {
    for (let times = 0; times < 3; times += 1) expect((await vote()).status).toBe(200);
  });
});
