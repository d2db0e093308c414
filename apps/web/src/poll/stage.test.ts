import { describe, expect, it } from 'vitest';
import { tallyOf } from '../results/told-tally.ts';
import { announcementOf, isEnding, numbersWords, onClock, roundOf, stageOf, stateWords } from './stage.ts';

const NOW = Date.parse('2026-01-01T00:00:10.000Z');
const inSeconds = (seconds: number) => ({ closesAt: new Date(NOW + seconds * 1000).toISOString() });
const closed = { status: 'closed' } as const;
const said = (votes: (number | null)[], poll: Parameters<typeof tallyOf>[1] = {}) => {
  const stage = stageOf(tallyOf(votes, poll), NOW);
  return [stage.kind, stateWords(stage), numbersWords(stage), announcementOf(stage)];
};

describe('the stage of a page', () => {
  it('is unknown before anybody has said which poll there is', () => {
    expect(stageOf(undefined, NOW)).toEqual({ kind: 'unknown' });
  });
  it.each<[string, (number | null)[], Parameters<typeof tallyOf>[1], string[]]>([
    ['open', [3, 2], {}, ['voting', 'Voting is open', 'A ahead by 1 vote', 'The question: Which?']],
    [
      'open, hidden',
      [null, null],
      {},
      ['voting', 'Voting is open', 'The numbers will be revealed soon', 'The question: Which?'],
    ],
    ['with a countdown', [0, 0], inSeconds(30), ['voting', 'left to vote', 'No votes yet', 'The question: Which?']],
    ['in its last seconds', [0, 0], inSeconds(10), ['voting', 'left to vote', 'No votes yet', 'Ten seconds left.']],
    [
      'after its countdown',
      [1, 0],
      inSeconds(0),
      ['counting', 'Time is up', 'Time is up. Counting the last votes …', ''],
    ],
    ['closed', [3, 2], closed, ['final', 'Voting is closed', 'A won by 1 vote', '']],
    ['closed, a tie', [2, 2], closed, ['final', 'Voting is closed', 'A tie: A and B at 2 votes', '']],
    ['closed without a vote', [0, 0], closed, ['final', 'Voting is closed', 'Closed without a vote', '']],
    [
      'closed, hidden',
      [null, null],
      closed,
      ['secret', 'Voting is closed', 'Voting is closed. The numbers will be revealed soon', ''],
    ],
    [
      'closed before its countdown',
      [3, 2],
      { ...closed, ...inSeconds(30) },
      ['final', 'Voting is closed', 'A won by 1 vote', ''],
    ],
  ])('%s', (_, votes, poll, words) => {
    expect(said(votes, poll)).toEqual(words);
  });
  it('counts down in whole seconds, of which the last one is never 0', () => {
    const left = (seconds: number) => {
      const stage = stageOf(tallyOf([0, 0], inSeconds(seconds)), NOW);
      return stage.kind === 'voting' ? stage.secondsLeft : stage.kind;
    };
    expect([30, 29.9, 10.001, 10, 0.001, 0, -5].map(left)).toEqual([30, 30, 11, 10, 1, 'counting', 'counting']);
    expect([11, 10].map((seconds) => isEnding(stageOf(tallyOf([0, 0], inSeconds(seconds)), NOW)))).toEqual([
      false,
      true,
    ]);
    expect([90, 60, 7].map(onClock)).toEqual(['1:30', '1:00', '0:07']);
  });
  it('never says a number that is hidden', () => {
    for (const status of ['open', 'closed'] as const) expect(said([null, null], { status }).join()).not.toMatch(/\d/);
  });
});

it('a question that was started over is another round; its countdown and its closing are not', () => {
  const round = (poll: Parameters<typeof tallyOf>[1]) => roundOf(tallyOf([0, 0], poll));
  expect(round({ ...closed, ...inSeconds(9) })).toBe(round({}));
  expect(round({ votesSince: '2026-01-01T00:00:05.000Z' })).not.toBe(round({}));
  expect(round({ id: 'other' })).not.toBe(round({}));
});
