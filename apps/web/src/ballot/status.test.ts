import { describe, expect, it } from 'vitest';
import { closingWords, type Status } from './status.ts';

const said = (status: Status, label?: string, stage: 'counting' | 'secret' | 'final' = 'final') =>
  closingWords(status, label, stage);

describe('after voting has ended, the vote page says', () => {
  it('for which option the voter’s vote is, whatever the result', () => {
    expect(said({ kind: 'recorded' }, 'Cats')).toBe('Voting is closed. Your vote was for Cats.');
    expect(said({ kind: 'open' })).toBe('Voting is closed.');
    expect(said({ kind: 'changed' }, 'Cats', 'counting')).toBe('Counting the last votes … Your vote was for Cats.');
    expect(said({ kind: 'open' }, undefined, 'secret')).toBe('Voting is closed. The result will be shown here.');
  });
  it('that a vote is still under way', () => {
    expect(said({ kind: 'sending' }, 'Cats')).toBe('Sending your vote for Cats …');
  });
  it('what became of a vote that came too late, and no more than it knows', () => {
    expect(said({ kind: 'late', unsure: false })).toBe('Voting ended before your vote arrived. It was not counted.');
    expect(said({ kind: 'late', unsure: false }, 'Cats')).toBe(
      'Voting ended before your change arrived. Your vote for Cats counts.',
    );
    expect(said({ kind: 'late', unsure: true }, 'Cats')).toBe(
      'Voting ended before your vote was confirmed. It may not have been counted.',
    );
  });
  it('nothing about tapping again', () => {
    expect(said({ kind: 'failed', problem: 'busy' })).toBe(
      'Voting ended before your vote arrived. It was not counted.',
    );
  });
});
