import { defineConfig, devices } from '@playwright/test';
import { FLAGS, findChromium } from './chromium.ts';
import { BASE_URL } from './stack.ts';

const executablePath = findChromium();
/** Where starts go through a scheduler, everything may take longer. */
const times = Number(process.env.DEADLINES_TIMES ?? 1);

/** Tests of the running system in a real browser. They don't start it: `make test` does. */
export default defineConfig({
  testDir: 'journeys',
  snapshotPathTemplate: '{testDir}/../baselines/{arg}{ext}',
  // The journeys count votes in one database, so they take turns.
  workers: 1,
  timeout: 30_000 * times,
  expect: { timeout: 10_000 * times },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: BASE_URL,
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: { args: FLAGS, ...(executablePath && { executablePath }) },
  },
});
