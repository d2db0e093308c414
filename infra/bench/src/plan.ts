/** How much is measured. */
export interface Plan {
  /** After this nothing new starts, and the table shows what was measured. */
  deadlineMs: number;
  /** After this a part starts nothing new: its samples count, and the next part starts. */
  partMs: number;
  rounds: number;
  burstRounds: number;
  voters: number;
  /** Votes per second, and how long each rate lasts: longer, if that would be fewer than `votes` votes. */
  open: { rates: readonly number[]; durationMs: number; votes: number };
  viewerRounds: number;
  votesPerViewerRound: number;
  viewers: number;
  /** Are rows measured that need a browser? */
  chromium: boolean;
  pageRounds: number;
  /** Polls that a presenter opens, closes and reveals, without votes and among them. */
  stageRounds: number;
  inARow: { votes: number; settled: number; every: number };
  /** The idle timeout of the warm stack. */
  idleMs: number;
  restMs: number;
  tally: { small: number; large: number; rounds: number };
}

export const full: Plan = {
  deadlineMs: 60 * 60_000,
  partMs: 15 * 60_000,
  rounds: 12,
  burstRounds: 3,
  voters: 3_000,
  open: { rates: [2, 5, 10, 20, 40, 80, 160], durationMs: 10_000, votes: 60 },
  viewerRounds: 5,
  votesPerViewerRound: 4,
  viewers: 1_000,
  chromium: true,
  pageRounds: 3,
  stageRounds: 6,
  inARow: { votes: 1_000, settled: 200, every: 20 },
  idleMs: 15_000,
  restMs: 20_000,
  tally: { small: 5_000, large: 5_000_000, rounds: 16 },
};

/** Three minutes: fewer samples, so wider intervals; a smaller tally; no browser. */
export const quick: Plan = {
  deadlineMs: 30 * 60_000,
  partMs: 10 * 60_000,
  rounds: 3,
  burstRounds: 1,
  voters: 1_000,
  open: { rates: [2, 10, 40], durationMs: 5_000, votes: 20 },
  viewerRounds: 2,
  votesPerViewerRound: 2,
  viewers: 1_000,
  chromium: false,
  pageRounds: 0,
  stageRounds: 0,
  inARow: { votes: 80, settled: 40, every: 4 },
  idleMs: 5_000,
  restMs: 8_000,
  tally: { small: 5_000, large: 200_000, rounds: 6 },
};
