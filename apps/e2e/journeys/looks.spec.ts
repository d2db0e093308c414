import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../poll.ts';
import { tellStreams } from '../told-streams.ts';

/*
 * Pictures of the pages, compared with those in `baselines`. Another major version of Chromium draws letters differently, so
 * there the comparison is skipped. After a change that was meant: `npx playwright test looks --update-snapshots`.
 */
const results = {
  question: 'Cats or dogs?',
  options: [
    { id: 'cats', label: 'Cats', votes: 812 },
    { id: 'dogs', label: 'Dogs', votes: 392 },
  ],
  total: 1204,
  updatedAt: '2026-01-02T03:04:05.000Z',
};

const container = (id: string, name: string, more = {}) => ({
  ...{ id, name, containerId: `${id}b2c3d4e5f6`, state: 'waiting', inFlight: 0, served: 0 },
  ...{ createdAt: Date.now() - 5_000, readyAt: Date.now() - 4_800 },
  ...more,
});
const snapshot = () => ({
  ...{ now: Date.now(), since: Date.now() - 60_000 },
  containers: [
    container('0a', 'web'),
    container('1a', 'record-vote', { state: 'running', inFlight: 3, served: 41 }),
    container('2a', 'record-vote', { state: 'connecting' }),
    container('3a', 'fetch-results'),
  ],
  counters: {
    ...{ removed: 36, removedWell: 36, invocations: 1240, succeeded: 1240, retried: 0 },
    ...{ p50: { cold: 210, prewarmed: 6.2, warm: 2.4 }, drained: { 'record-vote': { events: 300, containers: 4 } } },
    today: { since: new Date().setHours(8, 12), started: 40, removed: 36 },
  },
  memory: { launcher: 31_000_000, database: 40_000_000, atRest: true },
});

const looks = [
  { name: 'vote', path: '/', settled: 'text=One tap votes', width: 390, colorScheme: 'light' },
  { name: 'vote', path: '/', settled: 'text=One tap votes', width: 1280, colorScheme: 'dark' },
  { name: 'results', path: '/results', settled: '[data-votes="812"]', width: 1920, colorScheme: 'light' },
  { name: 'results', path: '/results', settled: '[data-votes="812"]', width: 390, colorScheme: 'dark' },
  { name: 'live', path: '/live', settled: '[data-state="running"]', width: 1920, colorScheme: 'light' },
  { name: 'live', path: '/live', settled: '[data-state="running"]', width: 390, colorScheme: 'dark' },
] as const;

for (const { name, path, settled, width, colorScheme } of looks) {
  test.describe(`${name} at ${width} px, ${colorScheme}`, () => {
    test.use({
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width, height: width === 390 ? 844 : 1000 },
    } as object);

    test('looks as it did', async ({ page, browser }, testInfo) => {
      const version = `chromium-${browser.version().split('.')[0]}`;
      const known = existsSync(join(import.meta.dirname, '../baselines', version));
      const renewing = ['all', 'changed'].includes(testInfo.config.updateSnapshots);
      test.skip(!known && !renewing, `There are no pictures by ${version}`);
      // The same news for every picture, whatever other tests have voted.
      const activity = [['snapshot', snapshot()]] as const;
      await tellStreams(page, { '/streams/results': [['message', results]], '/streams/activity': activity });
      await page.goto(path);
      await page.locator(settled).first().waitFor();
      // What tells the time, and the machine's own typeface.
      const mask = [page.getByTestId('live'), page.locator('canvas'), page.locator('code')];
      const fullPage = name === 'live';
      const picture = [version, `${name}-${width}-${colorScheme}.png`];
      await expect(page).toHaveScreenshot(picture, { mask, fullPage, maxDiffPixelRatio: 0.002 });
    });
  });
}
