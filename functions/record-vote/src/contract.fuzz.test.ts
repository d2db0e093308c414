import { anyText, forAll } from '@serverless-vote/fuzz';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseVote } from './contract.ts';

test('any event is a vote that Postgres takes, or an InvalidEvent in a few words', () => {
  const like = fc.record(
    { voterId: fc.oneof(fc.uuid(), anyText, fc.anything()), choice: fc.oneof(anyText, fc.anything()) },
    { requiredKeys: [], noNullPrototype: false },
  );
  return forAll(fc.oneof(like, fc.jsonValue(), fc.anything()), 3000, (event) => {
    try {
      const { voterId, choice } = parseVote(event);
      expect(voterId).toMatch(/^[\da-f-]{36}$/);
      expect(choice).not.toMatch(/\0|^$/);
      expect(choice.length).toBeLessThanOrEqual(100);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEvent);
      expect((error as Error).message.length).toBeLessThan(250);
    }
  });
});
