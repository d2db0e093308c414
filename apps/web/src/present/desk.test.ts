import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { describe, expect, test } from 'vitest';
import type { Tally } from '../results/tally.ts';
import {
  isOutdated,
  leftInWords,
  neighbour,
  nextDraft,
  outcomeOf,
  selectedPoll,
  stateOf,
  withCurrent,
  wordsFor,
} from './desk.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();

const poll = (id: string, more: Partial<ListedPoll> = {}): ListedPoll => ({
  ...{ id, question: `${id}?`, status: 'draft', closesAt: null, hidden: false, total: 0 },
  ...{ openedAt: null, closedAt: null, votesSince: at(0) },
  options: [
    { id: 'a', label: 'A', votes: 0 },
    { id: 'b', label: 'B', votes: 0 },
  ],
  ...more,
});

describe('a state in words', () => {
  test.each([
    [{ status: 'draft' }, 'Draft'],
    [{ status: 'draft', hidden: true }, 'Draft · hidden'],
    [{ status: 'open' }, 'Open'],
    [{ status: 'open', closesAt: at(23) }, 'Open · 0:23'],
    [{ status: 'open', closesAt: at(23), hidden: true }, 'Open · 0:23 · hidden'],
    [{ status: 'open', closesAt: at(0) }, 'Open · closing'],
    [{ status: 'closed' }, 'Closed · revealed'],
    [{ status: 'closed', hidden: true }, 'Closed · hidden'],
  ] as const)('%j', (more, words) => {
    expect(wordsFor(stateOf(poll('x', more)), Date.parse(at(0)))).toBe(words);
  });

  test.each([
    [900_000, '15:00'],
    [60_000, '1:00'],
    [59_999, '1:00'],
    [59_000, '0:59'],
    [1, '0:01'],
    [0, 'closing'],
    [-5_000, 'closing'],
  ])('of a countdown with %i ms left', (leftMs, words) => {
    expect(leftInWords(1_000_000 + leftMs, 1_000_000)).toBe(words);
  });
});

describe('the outcome', () => {
  const of = (votes: (number | null)[], more: Partial<ListedPoll> = {}) =>
    outcomeOf(
      poll('x', {
        options: votes.map((each, index) => ({ id: `${index}`, label: `L${index}`, votes: each })),
        total: votes.reduce<number>((sum, each) => sum + (each ?? 0), 0),
        ...more,
      }),
    );
  test.each([
    ['a winner', of([12, 8]), 'L0: 12 of 20 votes'],
    ['a tie', of([3, 3, 1]), 'A tie: L0, L1, 3 of 7 votes each'],
    ['no votes', of([0, 0]), 'No votes'],
    ['hidden', of([null, null], { hidden: true, total: 20 }), '20 votes; the numbers are hidden'],
  ])('%s', (_case, words, expected) => {
    expect(words).toBe(expected);
  });
});

describe('the selected poll', () => {
  const closed = (id: string, second: number) => poll(id, { status: 'closed', closedAt: at(second) });
  const list = [closed('first', 10), poll('open', { status: 'open' }), closed('second', 20), poll('draft')];

  test('is the one that was chosen', () => expect(selectedPoll(list, 'draft')?.id).toBe('draft'));
  test('is the open one if that is gone', () => expect(selectedPoll(list, 'gone')?.id).toBe('open'));
  test('is else the one closed last', () => {
    expect(
      selectedPoll(
        list.filter(({ status }) => status !== 'open'),
        undefined,
      )?.id,
    ).toBe('second');
  });
  test('is else the first draft', () => expect(selectedPoll([poll('a'), poll('b')], undefined)?.id).toBe('a'));
  test('is none of none', () => expect(selectedPoll([], 'a')).toBeUndefined());
});

test('the next question is the next draft, and after the last one the first that was skipped', () => {
  const list = [poll('a', { status: 'closed' }), poll('b'), poll('c'), poll('d', { status: 'open' })];
  expect(nextDraft(list, 'a')?.id).toBe('b');
  expect(nextDraft(list, 'b')?.id).toBe('c');
  expect(nextDraft(list, 'd')?.id).toBe('b');
  expect(nextDraft([poll('b')], 'b')).toBeUndefined();
});

test('the arrow keys stop at the ends of the list', () => {
  const list = [poll('a'), poll('b')];
  expect(neighbour(list, 'a', 1)?.id).toBe('b');
  expect(neighbour(list, 'b', 1)?.id).toBe('b');
  expect(neighbour(list, 'a', -1)?.id).toBe('a');
  expect(neighbour([], undefined, 1)).toBeUndefined();
});

describe('what the stream says', () => {
  const list = { polls: [poll('a', { status: 'open' }), poll('b')], serverTime: at(10) };
  const current = (id: string, more: Partial<Tally['poll']> = {}, second = 11): Tally => ({
    ...{ question: `${id}?`, updatedAt: at(second) },
    poll: { id, status: 'open', closesAt: null, hidden: false, votesSince: at(0), ...more },
    options: [{ id: 'a', label: 'A', votes: 5 }],
    total: 5,
    serverTime: at(second),
  });

  test('brings the votes, for which the list is not read again', () => {
    expect(withCurrent(list, current('a'))[0]).toMatchObject({ id: 'a', status: 'open', total: 5 });
    expect(isOutdated(list, current('a'))).toBe(false);
  });

  test('about another poll means that the open one is closed', () => {
    const { polls } = { polls: withCurrent(list, current('b')) };
    expect(polls.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'closed'],
      ['b', 'open'],
    ]);
    expect(isOutdated(list, current('b'))).toBe(true);
  });

  test.each([
    ['a closing', { status: 'closed' }],
    ['a countdown', { closesAt: at(40) }],
    ['hidden numbers', { hidden: true }],
    ['forgotten votes', { votesSince: at(10) }],
  ] as const)('%s is shown at once, and the list is read again', (_case, more) => {
    expect(withCurrent(list, current('a', more))[0]).toMatchObject(more);
    expect(isOutdated(list, current('a', more))).toBe(true);
  });

  test('a poll that the list does not have makes it outdated', () => {
    expect(isOutdated(list, current('new'))).toBe(true);
  });

  test('before the list was read says nothing', () => {
    expect(withCurrent(list, current('b', {}, 9))).toEqual(list.polls);
    expect(isOutdated(list, current('b', {}, 9))).toBe(false);
  });
});
