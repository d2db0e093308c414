import { anyText, forAll } from '@serverless-vote/fuzz';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseVote } from './contract.ts';

test('any event is a vote that Postgres takes, or an InvalidEvent in a few words', () => {
  const like = fc.record(
    {
      voterId: fc.oneof(fc.uuid(), anyText, fc.anything()),
      choice: fc.oneof(anyText, fc.anything()),
      poll: fc.oneof(anyText, fc.anything()),
    },
    { requiredKeys: [], noNullPrototype: false },
  );
  return forAll(fc.oneof(like, fc.jsonValue(), fc.anything()), 3000, (event) => {
    try {
      const { voterId, choice, poll = 'none' } = parseVote(event);
      expect(voterId).toMatch(/^[\da-f-]{36}$/);
      for (const id of [choice, poll]) {
        expect(id).not.toMatch(/\0|^$/);
        expect(id.length).toBeLessThanOrEqual(100);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEvent);
      expect((error as Error).message.length).toBeLessThan(250);
    }
  });
});
