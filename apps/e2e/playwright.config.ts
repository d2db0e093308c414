import { defineConfig, devices } from '@playwright/test';
import { FLAGS, findChromium } from './chromium.ts';

const executablePath = findChromium();
/** A name that isn't this machine's own (`plain-http.spec.ts`). For all: another set of flags would take another worker, and its stack. */
const ROOM = '--host-resolver-rules=MAP room.test 127.0.0.1';

/** Tests of the running system in a real browser. They don't start it: `make test` does. */
export default defineConfig({
  testDir: 'journeys',
  // Journeys count votes, and wait until nobody asks for a page: so each worker has a stack to itself. A Swarm is there once.
  workers: process.env.SWARM_NODES ? 1 : 2,
  fullyParallel: true,
  // How long something takes is what `make bench` measures. Here everything may take its time, as long as it happens.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  forbidOnly: Boolean(process.env.CI),
  // Several runs may go on beside each other.
  outputDir: `test-results/${process.env.STACK ?? 'alone'}`,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    actionTimeout: 120_000,
    navigationTimeout: 120_000,
    screenshot: 'only-on-failure',
    // A film of each test would take more of the machine than the test.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: { args: [...FLAGS, ROOM], ...(executablePath && { executablePath }) },
  },
});
