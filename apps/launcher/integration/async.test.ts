import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operator } from './operator.ts';
import { endPauses, ownerSession } from './sql.ts';
import { type Answer, controlUrl, follow, invoke, invokeRaw, send, total, untilAccepted } from './stack.ts';

const EVENT = { 'x-amz-invocation-type': 'Event' };
const invokeAsync = (name: string, event: unknown) => invoke(name, event, EVENT);
const idOf = ({ headers }: Answer) => headers['x-amzn-requestid'] ?? '';

interface DeadLetters {
  total: number;
  deadLetters: { requestId: string; event: string | null; error: object; attempts: number; functionName: string }[];
}
const deadLetters = async (query = '') => (await send(controlUrl, `/dead-letters${query}`)).json() as DeadLetters;
const isDead = (requestId: string) => async () =>
  (await deadLetters()).deadLetters.some((letter) => letter.requestId === requestId);
const drop = (query = '') => send(controlUrl, `/dead-letters${query}`, { method: 'DELETE' });

let owner: Awaited<ReturnType<typeof ownerSession>>;
beforeAll(async () => {
  owner = await ownerSession();
  await drop();
});
afterAll(() => owner.end());

describe('an asynchronous invocation', () => {
  test('is answered with 202 and its request id before it has run, and runs under that id', async () => {
    const events = await follow(controlUrl, '/events');
    const answer = await invokeAsync('misbehave', { do: 'hold' });
    expect(answer).toMatchObject({ status: 202, text: '' });
    const running = new RegExp(
      `"type":"invocation.running","requestId":"${idOf(answer)}".*"containerId":"([0-9a-f]{12})"`,
    );
    await expect.poll(events.text).toMatch(running);
    await operator.release(running.exec(events.text())?.[1] ?? '');
    await expect.poll(events.text).toMatch(new RegExp(`"type":"async.done".*"requestId":"${idOf(answer)}"`));
    expect(events.text()).toMatch(
      new RegExp(`"type":"invocation.finished","requestId":"${idOf(answer)}".*"outcome":"success"`),
    );
    events.leave();
  });

  test('of many votes records each once', async () => {
    const before = await total();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => {
        const event = { voterId: randomUUID(), choice: 'cats' };
        return untilAccepted(() => invokeAsync('record-vote', event));
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    await expect.poll(total).toBe(before + 100);
  });

  test.each([
    ['is not JSON', 'record-vote', '{"voterId":', { status: 400, type: 'InvalidRequestContentException' }],
    [
      'has more than 1 MB',
      'record-vote',
      `"${'x'.repeat(1024 * 1024)}"`,
      { status: 413, type: 'RequestTooLargeException' },
    ],
    ['names no function of the catalog', 'nobody', '{}', { status: 404, type: 'ResourceNotFoundException' }],
  ])('is refused at once when it %s', async (_case, name, body, { status, type }) => {
    const answer = await invokeRaw(name, body, EVENT);
    expect(answer).toMatchObject({ status, headers: { 'x-amzn-errortype': type } });
  });
});

test.each(['901', '-1', '1.5', '1e1', 'soon', ''])(
  'a delay of %o seconds is refused, and nothing is accepted',
  async (delay) => {
    const answer = await invoke('misbehave', {}, { ...EVENT, 'x-serverless-vote-delay-seconds': delay });
    expect(answer).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'InvalidParameterValueException' } });
    expect(answer.text).toContain('whole seconds from 0 to 900');
  },
);

test.each(['RequestResponse', 'DryRun'])('a delay is refused on an invocation of type %s', async (type) => {
  const headers = { 'x-amz-invocation-type': type, 'x-serverless-vote-delay-seconds': '1' };
  expect(await invoke('misbehave', {}, headers)).toMatchObject({ status: 400 });
});

describe('an asynchronous event that its function fails', () => {
  test('is tried three times, with a pause before each retry, and then is a dead letter', async () => {
    const events = await follow(controlUrl, '/events');
    const event = { do: 'fail', not: 'again' };
    const id = idOf(await invokeAsync('misbehave', event));
    const pause = `select extract(epoch from start_after - started_on)::float8 as pause
                   from async_events.job where id = $1 and state = 'retry' and retry_count = $2`;
    for (const [retries, seconds] of [2, 4].entries()) {
      const pauseBefore = async () => (await owner.client.query(pause, [id, retries])).rows[0]?.pause ?? 0;
      await expect.poll(pauseBefore).toBeGreaterThanOrEqual(seconds);
      await endPauses(owner.client);
    }
    await expect.poll(isDead(id)).toBe(true);
    const finished = events
      .text()
      .split('\n')
      .filter((line) => line.includes('"type":"invocation.finished"') && line.includes(id));
    expect(finished).toHaveLength(3);
    events.leave();

    const letter = (await send(controlUrl, `/dead-letters/${id}`)).json();
    expect(letter).toEqual({
      requestId: id,
      functionName: 'misbehave',
      event: JSON.stringify(event),
      error: { errorType: 'TypeError', errorMessage: 'as told' },
      attempts: 3,
      acceptedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      diedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await deadLetters('?function=record-vote')).deadLetters).toEqual([]);
    expect((await deadLetters('?function=misbehave')).deadLetters).toEqual([letter]);
  });

  test('can be sent again, and has all its attempts before it', async () => {
    const [letter] = (await deadLetters()).deadLetters;
    const events = await follow(controlUrl, '/events');
    const answer = await send(controlUrl, `/dead-letters/${letter?.requestId}/resend`, { method: 'POST' });
    expect({ status: answer.status, body: answer.json() }).toEqual({ status: 202, body: { resent: 1 } });
    expect((await deadLetters()).total).toBe(0);
    const isDeadAgain = isDead(letter?.requestId ?? '');
    await expect.poll(() => endPauses(owner.client).then(isDeadAgain)).toBe(true);
    expect(events.text().match(/"type":"async.failed"/g)).toHaveLength(2);
    events.leave();
  });

  test('can be dropped for good', async () => {
    expect((await drop('?function=record-vote')).json()).toEqual({ deleted: 0 });
    expect((await drop()).json()).toEqual({ deleted: 1 });
    expect(await deadLetters()).toEqual({ total: 0, deadLetters: [] });
  });

  test.each([
    ['GET', ''],
    ['POST', '/resend'],
    ['DELETE', ''],
  ])('is a 404 when nobody knows it: %s …%s', async (method, path) => {
    const answer = await send(controlUrl, `/dead-letters/${randomUUID()}${path}`, { method });
    expect(answer).toMatchObject({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } });
  });

  test('is not dropped by a misspelt parameter', async () => {
    expect((await drop('?funktion=record-vote')).status).toBe(400);
  });
});
