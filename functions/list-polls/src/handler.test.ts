import { expect, test } from 'vitest';
import type { PollList } from './contract.ts';
import { listPolls } from './handler.ts';

const list: PollList = { polls: [], serverTime: '2026-01-01T00:00:00.000Z' };

test('the list is what the database describes', async () => {
  expect(await listPolls({}, undefined, { list: async () => list })).toEqual(list);
});

test.each([null, [], 'all'])('an event that is no object is refused: %j', async (event) => {
  const listed = listPolls(event, undefined, { list: async () => list });
  await expect(listed).rejects.toMatchObject({ name: 'InvalidEvent' });
});
