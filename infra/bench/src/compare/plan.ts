/** How much is measured. */
export interface ComparePlan {
  /** After this nothing new starts, and the table shows what was measured. */
  deadlineMs: number;
  partMs: number;
  /** Votes per second, and for how long per round. */
  rates: readonly { rate: number; durationMs: number }[];
  rounds: number;
  visibleRounds: number;
  visiblePerRound: number;
  voters: number;
  idleMs: number;
  restMs: number;
  storeVotes: number;
  trials: number;
  /** How long a page has to come back by itself, or a vote to be counted. */
  patienceMs: number;
}

/** Ten minutes on a quiet machine, five of which the classic worker needs to count the 3,000 votes. */
export const full: ComparePlan = {
  deadlineMs: 15 * 60_000,
  partMs: 7 * 60_000,
  rates: [
    { rate: 1, durationMs: 12_000 },
    { rate: 20, durationMs: 5_000 },
    { rate: 200, durationMs: 5_000 },
  ],
  rounds: 2,
  visibleRounds: 4,
  visiblePerRound: 3,
  voters: 3_000,
  idleMs: 8_000,
  restMs: 20_000,
  storeVotes: 500,
  trials: 2,
  patienceMs: 15_000,
};

/** Three minutes. */
export const quick: ComparePlan = {
  ...full,
  rates: full.rates.map(({ rate }) => ({ rate, durationMs: rate === 1 ? 10_000 : 3_000 })),
  rounds: 1,
  visibleRounds: 2,
  voters: 300,
  idleMs: 5_000,
  restMs: 8_000,
  trials: 1,
  patienceMs: 8_000,
};
