import { InvalidEvent } from '@serverless-vote/runtime/errors';
import { expect, test } from 'vitest';
import { PollClosed, parseVote, UnknownOption } from './contract.ts';

const voterId = '3f6c1c2e-9d4b-4d5e-8f3a-0a1b2c3d4e5f';

test('a vote is a UUID and the id of an option', () => {
  expect(parseVote({ voterId, choice: 'cats' })).toEqual({ voterId, choice: 'cats' });
});

test('one voter is one voter, however the UUID is spelled', () => {
  expect(parseVote({ voterId: voterId.toUpperCase(), choice: 'cats' }).voterId).toBe(voterId);
});

test('properties that nobody asked for are left out', () => {
  expect(parseVote({ voterId, choice: 'cats', acceptedAt: 1 })).toEqual({ voterId, choice: 'cats' });
});

test('a vote may name the poll that its voter saw', () => {
  expect(parseVote({ voterId, choice: 'cats', poll: 'pets' })).toEqual({ voterId, choice: 'cats', poll: 'pets' });
  expect(parseVote({ voterId, choice: 'cats', poll: null })).toEqual({ voterId, choice: 'cats' });
});

test.each([
  [null, 'An event is an object, not null'],
  ['cats', 'An event is an object, not "cats"'],
  [[voterId], 'An event is an object, not an array'],
  [{}, 'voterId is missing, not a UUID'],
  [{ voterId: 7, choice: 'cats' }, 'voterId is 7, not a UUID'],
  [{ voterId: `${voterId}\n`, choice: 'cats' }, 'not a UUID'],
  [{ voterId: 'x'.repeat(7_000_000), choice: 'cats' }, 'x…, not a UUID'],
  [{ voterId }, 'choice is missing, not an option id'],
  [{ voterId, choice: '' }, 'choice is "", not an option id'],
  [{ voterId, choice: { toString: 'cats' } }, 'choice is an object, not an option id'],
  [{ voterId, choice: 'ca\0ts' }, 'choice is "ca\\u0000ts": ids have'],
  [{ voterId, choice: 'c'.repeat(101) }, 'at most 100 characters'],
  [{ voterId, choice: 'cats', poll: 7 }, "poll is 7, not a poll's id"],
  [{ voterId, choice: 'cats', poll: '' }, `poll is "", not a poll's id`],
])('says what is wrong with an event: %#', (event, message) => {
  expect(() => parseVote(event)).toThrow(InvalidEvent);
  expect(() => parseVote(event)).toThrow(message);
});

test.each([60, 61])('says it in well-formed text, wherever it is cut: %d emojis', (count) => {
  const message = (voterId: string) => {
    try {
      return String(parseVote({ voterId, choice: 'cats' }));
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const text of ['😀'.repeat(count), `x${'😀'.repeat(count)}`]) expect(message(text).isWellFormed()).toBe(true);
});

test('errors keep the names that callers compare with', () => {
  expect(new UnknownOption('dodos')).toMatchObject({
    name: 'UnknownOption',
    message: '"dodos" is not an option of this poll. Choose one that fetch-results lists.',
  });
  expect(new PollClosed('pets')).toMatchObject({
    name: 'PollClosed',
    message: `The poll "pets" isn't open. Ask fetch-results for the one that is.`,
  });
  expect(new PollClosed(undefined).message).toMatch(/^No poll is open\. /);
});
