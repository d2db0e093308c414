import { outcomeWords, type Stage } from '../poll/stage.ts';
import type { Problem } from './problem.ts';

/** What the voter currently sees. */
export type Status =
  | { kind: 'open' }
  /** Votes can't be recorded at the moment; this voter hasn't tried. */
  | { kind: 'paused' }
  | { kind: 'sending' }
  | { kind: 'busy' | 'limited'; seconds: number }
  | { kind: 'offline' }
  /** Voting is paused, and this voter's vote waits for that to end. */
  | { kind: 'held' }
  | { kind: 'reconnecting' }
  | { kind: 'recorded' }
  | { kind: 'changed' }
  /** Voting ended before the vote was recorded. `unsure`: it may have been recorded, and its answer lost. */
  | { kind: 'late'; unsure: boolean }
  | { kind: 'failed'; problem: Exclude<Problem, 'closed'> };

const problems: Record<Exclude<Problem, 'closed'>, string> = {
  busy: 'Too many are voting at once. Your vote was not recorded: please tap again in a moment.',
  paused: 'Voting is paused. Your vote was not recorded: please tap again in a moment.',
  failed: 'Something went wrong. Your vote may not be recorded: please tap again. It counts once.',
  unreachable: 'The server can’t be reached. Your vote may not be recorded: please tap again. It counts once.',
};

/** The text for a status while voting is open. `label` is the option that the voter chose. */
export function wordsFor(status: Status, label: string | undefined): string {
  switch (status.kind) {
    case 'open':
      return 'One tap votes. You may change your mind.';
    case 'paused':
      return 'Voting is paused for a moment. Votes that were recorded are safe.';
    case 'sending':
      return `Sending your vote for ${label} …`;
    case 'busy':
      return `Many are voting. Yours is next: sending it again in ${status.seconds} s.`;
    case 'limited':
      return `Too many votes come from your address. Sending yours again in ${status.seconds} s.`;
    case 'held':
      return `Voting is paused. Your vote for ${label} will be sent as soon as it goes on.`;
    case 'offline':
      return `You are offline. Your vote for ${label} will be sent as soon as you are back.`;
    case 'reconnecting':
      return 'The server can’t be reached. Trying again …';
    case 'recorded':
      return `Your vote for ${label} is recorded.`;
    case 'changed':
      return `Your vote is now for ${label}.`;
    case 'late':
      return lateWords(status.unsure, label);
    case 'failed':
      return problems[status.problem];
  }
}

/** The text for a status after voting has ended. `label` is the option for which a vote is recorded, or under way. */
export function closingWords(status: Status, label: string | undefined, stage: Ended): string {
  if (status.kind === 'sending' || status.kind === 'reconnecting') return wordsFor(status, label);
  if (status.kind === 'failed') {
    const unsure = status.problem === 'failed' || status.problem === 'unreachable';
    return `${endWords(stage)} ${lateWords(unsure, label)}`;
  }
  if (status.kind === 'late') return `${endWords(stage)} ${lateWords(status.unsure, label)}`;
  return label ? `${endWords(stage)} Your vote was for ${label}.` : endWords(stage);
}

/** A stage after voting. */
type Ended = Exclude<Stage, { kind: 'unknown' | 'voting' }>;

function endWords(stage: Ended): string {
  switch (stage.kind) {
    case 'counting':
      return 'Counting the last votes …';
    case 'secret':
      return 'The result will be shown here.';
    case 'final':
      return `${outcomeWords(stage.tally)}.`;
  }
}

function lateWords(unsure: boolean, label: string | undefined): string {
  if (unsure) return 'Your vote was not confirmed before voting ended: it may not have been counted.';
  return label
    ? `Your change came too late. Your vote for ${label} counts.`
    : 'Your vote came too late: it was not counted.';
}

/** The text of a new question, if the voter's vote on the last one was still under way. */
export const MISSED = 'The question changed before your vote was confirmed. Here is the next one.';
