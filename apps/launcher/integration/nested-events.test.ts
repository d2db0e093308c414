import { expect, test } from 'vitest';
import { invokeRaw, permanent, vote } from './stack.ts';

test('ten events of 6 MB of brackets at once, whose parsing would take ten times that, are refused, and the launcher lives', async () => {
  const startedAt = async () => (await (await permanent('launcher')).inspect()).State.StartedAt;
  const before = await startedAt();
  const brackets = Buffer.alloc(6 * 1024 * 1024, '[');
  const lists = Buffer.from(`[${'[],'.repeat(2 * 1024 * 1024 - 2)}1]`);
  const answers = await Promise.all([
    ...Array.from({ length: 5 }, () => invokeRaw('record-vote', brackets)),
    ...Array.from({ length: 5 }, () => invokeRaw('misbehave', lists)),
  ]);
  // Refused as too deep or over the budget; or valid JSON, which the function parses if it gets a container in time.
  // On a busy machine the event itself may take too long to arrive (408).
  for (const { status } of answers) expect(status).toBeOneOf([400, 408, 429, 200, 503]);
  expect(answers.slice(0, 5).map(({ status }) => status)).not.toContain(200);
  await expect.poll(async () => (await vote()).status).toBe(200);
  expect(await startedAt()).toBe(before);
});
