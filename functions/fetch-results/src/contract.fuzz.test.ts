import { forAll } from '@serverless-vote/fuzz';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequest } from './contract.ts';

test('any object without a poll asks for the current results, and anything else that names none is an InvalidEvent', () =>
  forAll(fc.oneof(fc.anything(), fc.object()), 1000, (event) => {
    const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
    if (isObject && !('poll' in event && event.poll !== undefined && event.poll !== null))
      return expect(parseRequest(event)).toEqual({ poll: undefined });
    if (isObject && typeof (event as { poll: unknown }).poll === 'string') return;
    expect(() => parseRequest(event)).toThrow(InvalidEvent);
  }));
