import { forAll } from '@serverless-vote/fuzz';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequest } from './contract.ts';

test('any object asks for the results, and anything else is an InvalidEvent', () =>
  forAll(fc.oneof(fc.anything(), fc.object()), 1000, (event) => {
    const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
    if (isObject) return parseRequest(event);
    expect(() => parseRequest(event)).toThrow(InvalidEvent);
  }));
