import { anyText, forAll } from '@serverless-vote/fuzz';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseOpening } from './contract.ts';

test('any event opens a poll that Postgres takes, or is an InvalidEvent', () => {
  const like = fc.record(
    {
      question: fc.oneof(anyText, fc.anything()),
      options: fc.oneof(fc.array(fc.oneof(anyText, fc.anything()), { maxLength: 10 }), fc.anything()),
      poll: fc.oneof(anyText, fc.anything()),
      closesInSeconds: fc.oneof(fc.integer(), fc.anything()),
      hidden: fc.oneof(fc.boolean(), fc.anything()),
    },
    { requiredKeys: [], noNullPrototype: false },
  );
  return forAll(fc.oneof(like, fc.anything()), 3000, (event) => {
    try {
      const { poll, closesInSeconds = 1 } = parseOpening(event);
      const texts =
        typeof poll === 'string' ? [poll] : [poll.question, ...poll.options.flatMap(({ id, label }) => [id, label])];
      for (const text of texts) expect(text).not.toMatch(/[\p{Cc}\p{Cs}]|^$/u);
      expect(closesInSeconds).toBeGreaterThan(0);
      expect(closesInSeconds).toBeLessThanOrEqual(900);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEvent);
    }
  });
});
