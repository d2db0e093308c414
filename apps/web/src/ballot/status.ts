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
  | { kind: 'failed'; problem: Problem };

const problems: Record<Problem, string> = {
  busy: 'Too many are voting at once. Your vote was not recorded: please tap again in a moment.',
  paused: 'Voting is paused. Your vote was not recorded: please tap again in a moment.',
  failed: 'Something went wrong. Your vote was not recorded: please tap again.',
  unreachable: 'The server can’t be reached. Your vote was not recorded: please tap again.',
};

/** The text for a status. `label` is the option that the voter chose. */
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
    case 'failed':
      return problems[status.problem];
  }
}
