const problems = ['busy', 'paused', 'failed', 'unreachable'] as const;

/** Why a vote was not recorded, as far as the voter needs to know. */
export type Problem = (typeof problems)[number];

/** Whether a word from the page's address is one of ours. */
export const isProblem = (word: unknown): word is Problem => problems.includes(word as Problem);
