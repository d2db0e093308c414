import { NotInCatalog } from '@serverless-vote/catalog';
import { EngineError } from '@serverless-vote/engine';
import { BodyRefused } from '@serverless-vote/http-server/body';
import { describe, expect, test } from 'vitest';
import { type ErrorType, type Fault, httpAnswer, knownError, LauncherError } from './errors.ts';

describe('an error becomes its status, its type and whose fault it is', () => {
  test.each<[ErrorType, number, Fault]>([
    ['InvalidParameterValueException', 400, 'caller'],
    ['InvalidRequestContentException', 400, 'caller'],
    ['AccessDeniedException', 403, 'caller'],
    ['ResourceNotFoundException', 404, 'caller'],
    ['MethodNotAllowedException', 405, 'caller'],
    ['ResourceConflictException', 409, 'caller'],
    ['RequestTooLargeException', 413, 'caller'],
    ['TooManyRequestsException', 429, 'caller'],
    ['InternalFailure', 500, 'platform'],
    ['ServiceException', 503, 'platform'],
  ])('%s: %i, the fault of the %s', (type, status, fault) => {
    const { status: answered, headers, body } = httpAnswer(new LauncherError(type, 'Why, and what to do.'));
    expect([answered, headers['x-amzn-ErrorType']]).toEqual([status, type]);
    expect(JSON.parse(body)).toEqual({
      Type: fault === 'caller' ? 'User' : 'Service',
      Message: 'Why, and what to do.',
    });
  });

  test('with Retry-After, where a retry helps', () => {
    const busy = new LauncherError('TooManyRequestsException', 'Too many.', { retryAfterSeconds: 3 });
    expect(httpAnswer(busy).headers['Retry-After']).toBe('3');
    expect(httpAnswer(new LauncherError('ServiceException', 'Away.')).headers).not.toHaveProperty('Retry-After');
  });

  test('whose details stay private, unless it is ours', () => {
    const { status, body } = httpAnswer(new Error('password=hunter2'));
    expect([status, body]).toEqual([500, expect.not.stringContaining('hunter2')]);
  });
});

test.each(['misconfigured', 'unavailable'] as const)('an engine’s error that says %s keeps its words', (kind) => {
  const error = knownError(new EngineError(kind, 'In the engine’s words.', { retryAfterSeconds: 2 }));
  const type = kind === 'misconfigured' ? 'InternalFailure' : 'ServiceException';
  expect(error).toMatchObject({ type, message: 'In the engine’s words.', retryAfterSeconds: 2 });
});

test('a body that is too large, or exceeds the budget, is its caller’s fault', () => {
  const large = new BodyRefused('too-large', 'At most 5 bytes are accepted.');
  expect(knownError(large)).toMatchObject({ type: 'RequestTooLargeException', message: large.message });
  const early = new BodyRefused('too-much-at-once', 'Try again soon.');
  expect(knownError(early)).toMatchObject({ type: 'TooManyRequestsException', retryAfterSeconds: 1 });
});

test('a function that the catalog does not have is a 404 in the catalog’s words', () => {
  const error = knownError(new NotInCatalog('Function not found: "x". The catalog has: y.'));
  expect(error).toMatchObject({
    type: 'ResourceNotFoundException',
    status: 404,
    message: expect.stringContaining('"x"'),
  });
});
