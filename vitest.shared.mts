import { defineConfig } from 'vitest/config';

/** Where everything takes longer (on a Swarm), and where ten times as much is tried, more time is given. */
const times = Number(process.env.DEADLINES_TIMES ?? 1) * Number(process.env.FUZZ_TIMES ?? 1);

/**
 * The deadlines of all Vitest tests; each folder's configuration is this one. They end what would hang, and no test is about them:
 * the machine may be busy with other things, too.
 */
export default defineConfig({
  test: {
    testTimeout: 300_000 * times,
    hookTimeout: 300_000 * times,
    expect: { poll: { timeout: 120_000 * times } },
  },
});
