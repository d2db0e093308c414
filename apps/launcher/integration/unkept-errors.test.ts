import { afterAll, beforeAll, expect, test } from 'vitest';
import { endPauses, ownerSession } from './sql.ts';
import { controlUrl, invoke, send, vote } from './stack.ts';

const EVENT = { 'x-amz-invocation-type': 'Event' };
const drop = () => send(controlUrl, '/dead-letters', { method: 'DELETE' });
beforeAll(drop);
afterAll(drop);

interface Letter {
  requestId: string;
  error: { errorType: string; errorMessage: string };
}

/** Errors that Postgres can't store as JSON: without a guard their writes would be retried forever, and block the queue. */
const unkept: [string, object][] = [
  ['record-vote', { voterId: '😀'.repeat(60), choice: 'cats' }],
  ['misbehave-reused', { do: 'fail-with', name: 'Half', message: 'a\ud83d' }],
  ['misbehave-reused', { do: 'fail-with', name: 'N\0L', message: 'a\0b' }],
  ['misbehave-reused', { do: 'fail-with', name: 'Long', message: `x${'😀'.repeat(3000)}` }],
];

test('an asynchronous event whose error Postgres would refuse becomes a dead letter, with a readable error', async () => {
  const accepted = await Promise.all(
    unkept.map(async ([name, event]) => (await invoke(name, event, EVENT)).headers['x-amzn-requestid']),
  );
  const letters = async () => {
    const { text } = await send(controlUrl, '/dead-letters');
    return (JSON.parse(text) as { deadLetters: Letter[] }).deadLetters;
  };
  const dead = async () => (await letters()).filter(({ requestId }) => accepted.includes(requestId));
  const { client, end } = await ownerSession();
  await expect.poll(async () => (await endPauses(client).then(dead)).length, { interval: 250 }).toBe(unkept.length);
  await end();
  for (const { error } of await dead()) {
    expect(error.errorMessage).not.toBe('');
    expect(error.errorMessage.isWellFormed()).toBe(true);
  }
  await expect.poll(async () => (await vote()).status).toBe(200);
});
