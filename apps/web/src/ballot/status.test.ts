import { describe, expect, it } from 'vitest';
import { stageOf } from '../poll/stage.ts';
import { tallyOf } from '../results/told-tally.ts';
import { closingWords, type Status } from './status.ts';

const NOW = Date.parse('2026-01-01T00:00:10.000Z');
const stages = {
  counting: stageOf(tallyOf([2, 1], { closesAt: '2026-01-01T00:00:10.000Z' }), NOW),
  secret: stageOf(tallyOf([null, null], { status: 'closed' }), NOW),
  final: stageOf(tallyOf([2, 1], { status: 'closed' }), NOW),
};

function said(status: Status, label?: string, name: keyof typeof stages = 'final'): string {
  const stage = stages[name];
  if (stage.kind === 'unknown' || stage.kind === 'voting') throw new Error(stage.kind);
  return closingWords(status, label, stage);
}

describe('after voting has ended, the vote page says', () => {
  it('how it ended, and for which option the voter’s vote was', () => {
    expect(said({ kind: 'recorded' }, 'B')).toBe('A won by 1 vote. Your vote was for B.');
    expect(said({ kind: 'open' })).toBe('A won by 1 vote.');
    expect(said({ kind: 'changed' }, 'B', 'counting')).toBe('Counting the last votes … Your vote was for B.');
    expect(said({ kind: 'paused' }, undefined, 'secret')).toBe('The result will be shown here.');
  });
  it('that a vote is still under way', () => {
    expect(said({ kind: 'sending' }, 'B')).toBe('Sending your vote for B …');
  });
  it('what became of a vote that came too late, and no more than it knows', () => {
    const late = (unsure: boolean, label?: string) => said({ kind: 'late', unsure }, label, 'counting');
    expect(late(false)).toBe('Counting the last votes … Your vote came too late: it was not counted.');
    expect(late(false, 'B')).toBe('Counting the last votes … Your change came too late. Your vote for B counts.');
    expect(late(true)).toBe(
      'Counting the last votes … Your vote was not confirmed before voting ended: it may not have been counted.',
    );
  });
  it.each(['failed', 'unreachable'] as const)(
    'that a vote whose answer was lost may have been counted: %s',
    (problem) => {
      expect(said({ kind: 'failed', problem }, 'B')).toContain('it may not have been counted');
    },
  );
  it('nothing about tapping again', () => {
    expect(said({ kind: 'failed', problem: 'busy' })).toBe(
      'A won by 1 vote. Your vote came too late: it was not counted.',
    );
  });
});
