const problems = ['busy', 'paused', 'closed', 'failed', 'unreachable'] as const;

/** Why a vote was not recorded, as far as the voter needs to know. */
export type Problem = (typeof problems)[number];

/** Is this value from the query string one of ours? */
export const isProblem = (word: unknown): word is Problem => problems.includes(word as Problem);
