import { describe, expect, test } from 'vitest';
import { callFor, orderFrom } from './order.ts';

const call = (body: unknown) => callFor(orderFrom(body));

describe('an order of the presenter’s page', () => {
  test.each([
    [
      { kind: 'open', poll: 'a', hidden: false, closesInSeconds: 30 },
      'open-poll',
      { poll: 'a', hidden: false, closesInSeconds: 30 },
    ],
    [{ kind: 'open', poll: 'a', hidden: true }, 'open-poll', { poll: 'a', hidden: true }],
    [{ kind: 'close', poll: 'a' }, 'close-poll', { poll: 'a' }],
    [{ kind: 'hide', poll: 'a' }, 'edit-polls', { hide: 'a' }],
    [{ kind: 'reveal', poll: 'a' }, 'edit-polls', { reveal: 'a' }],
    [{ kind: 'remove', poll: 'a' }, 'edit-polls', { remove: 'a' }],
    [
      { kind: 'startOver', poll: 'a', hidden: false, closesInSeconds: 15 },
      'edit-polls',
      { startOver: 'a', hidden: false, closesInSeconds: 15 },
    ],
    [{ kind: 'add', text: 'A?\nb\nc' }, 'edit-polls', { add: [{ question: 'A?', options: ['b', 'c'] }] }],
  ])('%j', (body, functionName, event) => {
    expect(call(body)).toEqual({ functionName, event });
  });

  test.each([
    [undefined],
    [null],
    ['open'],
    [{}],
    [{ kind: 'drop', poll: 'a' }],
    [{ kind: 'open', poll: '' }],
    [{ kind: 'open', poll: 'a', hidden: false, closesInSeconds: 901 }],
    [{ kind: 'open', poll: 'a', hidden: false, closesInSeconds: 1.5 }],
    [{ kind: 'close', poll: 'x'.repeat(101) }],
    [{ kind: 'add', text: ['a'] }],
  ])('%j is none', (body) => {
    expect(() => call(body)).toThrow(RangeError);
  });

  test('to add a text with mistakes names their lines', () => {
    expect(() => call({ kind: 'add', text: 'A?\nb\n\nB?' })).toThrow(/^Line 1: .*\. Line 4: /);
  });

  test('carries nothing to the function that it doesn’t know', () => {
    expect(call({ kind: 'close', poll: 'a', closesAt: 'now' })).toEqual({
      functionName: 'close-poll',
      event: { poll: 'a' },
    });
  });
});
