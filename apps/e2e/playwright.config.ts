import { defineConfig, devices } from '@playwright/test';
import { FLAGS, findChromium } from './chromium.ts';

const executablePath = findChromium();
/** A name that isn't this machine's own (`plain-http.spec.ts`). For all tests: another set of flags would need another worker and stack. */
const ROOM = '--host-resolver-rules=MAP room.test 127.0.0.1';

/** Tests of the running system in a real browser. They don't start it: `make test` does. */
export default defineConfig({
  testDir: 'journeys',
  // Journeys count votes, and wait until no page is requested, so each worker has its own stack. There is only one Swarm.
  workers: process.env.SWARM_NODES ? 1 : 2,
  fullyParallel: true,
  // `make bench` measures times. Tests only check that something happens, however long it takes.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  forbidOnly: Boolean(process.env.CI),
  // Several runs may be in progress at the same time.
  outputDir: `test-results/${process.env.STACK ?? 'alone'}`,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    actionTimeout: 120_000,
    navigationTimeout: 120_000,
    screenshot: 'only-on-failure',
    // Of a test that fails: what it did, what it asked for, and the console. Pictures of the page at each step would cost every test a tenth.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    launchOptions: { args: [...FLAGS, ROOM], ...(executablePath && { executablePath }) },
  },
});
