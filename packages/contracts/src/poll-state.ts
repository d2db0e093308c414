/** At most one poll is open. A poll whose countdown has ended is closed, whether or not `close-poll` has already run. */
export type PollStatus = 'draft' | 'open' | 'closed';

/** What functions and pages tell about a poll besides its question and its options. */
export interface PollState {
  id: string;
  status: PollStatus;
  /** ISO 8601. The end of the countdown; null if there is none. */
  closesAt: string | null;
  /** Are the numbers of the options kept from everybody? Then `votes` is null, and `total` stays. */
  hidden: boolean;
  /** ISO 8601. Since when its votes are kept: a receipt that is older is no longer true. */
  votesSince: string;
}

export interface OptionResult {
  id: string;
  label: string;
  /** Null while the numbers are hidden. */
  votes: number | null;
}
