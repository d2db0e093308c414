import { setTimeout as pause } from 'node:timers/promises';
import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import { interleave, type Variant } from '../interleave.ts';
import { sum } from '../metrics.ts';
import { ResultsPage } from '../results-page.ts';
import { median, p95 } from '../statistics.ts';
import { until } from '../until.ts';
import { cpuMs } from '../usage.ts';
import { Audience } from '../viewers.ts';

const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
const SHOWN_WITHIN_MS = 10_000;
/** The launcher shows changes at most five times a second; a single vote doesn't wait for that. */
const ALONE_MS = 300;

/** From a vote on the vote page to other viewers' results: one stream, a thousand streams, a page in a real browser. */
export async function visible(bench: Bench): Promise<void> {
  const { warm, plan, measured, progress, failed } = bench;
  const audience = new Audience(warm.gatewayPort);
  progress('opening a browser');
  const page = plan.chromium
    ? await ResultsPage.launch(warm.gatewayPort).catch((error) => {
        failed('visible in Chromium', String(error));
        return undefined;
      })
    : undefined;
  try {
    const variants = [
      inStreams(bench, { name: 'visible in one stream', size: 1 }, audience, page),
      inStreams(bench, { name: `visible in ${plan.viewers} streams`, size: plan.viewers }, audience, page),
      ...(page ? [inChromium(bench, audience, page)] : []),
    ];
    Object.assign(measured.series, await interleave(plan.viewerRounds, variants, bench));
  } finally {
    await audience.become(0);
    await page?.close();
  }
}

function inStreams(
  bench: Bench,
  { name, size }: { name: string; size: number },
  audience: Audience,
  page: ResultsPage | undefined,
): Variant {
  const { warm, measured, plan, signal } = bench;
  const lags: number[] = [];
  const used: number[] = [];
  const upToDate = (total: number) => audience.viewers.every((viewer) => viewer.total === total);
  const current = () => Math.max(...audience.viewers.map((viewer) => viewer.total));
  return {
    name,
    times: plan.votesPerViewerRound,
    async prepare() {
      await page?.leave().catch(() => undefined);
      await audience.become(size);
      await watched(bench, size);
      await until('all viewers show the same', () => current() >= 0 && upToDate(current()), {
        withinMs: SHOWN_WITHIN_MS,
        signal,
      });
    },
    async sample() {
      const wanted = current() + 1;
      const runsBefore = await fetchResultsRuns(bench);
      const launcher = await warm.permanent('launcher');
      const usedBefore = await cpuMs(launcher);
      const began = performance.now();
      answered(await warm.gateway.post('/vote', 'choice=cats', FORM));
      await until(`${size} viewers see the vote`, () => upToDate(wanted), {
        withinMs: SHOWN_WITHIN_MS,
        everyMs: 20,
        signal,
      });
      const ms = audience.viewers.map(({ shownAt }) => shownAt - began);
      lags.push(...ms);
      await pause(ALONE_MS);
      used.push((1000 * ((await cpuMs(launcher)) - usedBefore)) / size);
      const runs = (await fetchResultsRuns(bench)) - runsBefore;
      measured.facts[`${name}: most runs per change`] = Math.max(
        runs,
        measured.facts[`${name}: most runs per change`] ?? 0,
      );
      measured.facts[`${name}: µs of processor`] = median(used);
      measured.facts[`${name}: p50 of all viewers`] = median(lags);
      measured.facts[`${name}: p95 of all viewers`] = p95(lags);
      return Math.max(...ms);
    },
  };
}

function inChromium(bench: Bench, audience: Audience, page: ResultsPage): Variant {
  const { warm, plan, signal } = bench;
  return {
    name: 'visible in Chromium',
    times: plan.votesPerViewerRound,
    async prepare() {
      await audience.become(0);
      await page.open();
      await watched(bench, 1);
    },
    async sample() {
      const wanted = ((await page.shown()).at(-1)?.total ?? Number.NaN) + 1;
      const began = performance.now();
      answered(await warm.gateway.post('/vote', 'choice=cats', FORM));
      let at: number | undefined;
      const isShown = async () => {
        at = (await page.shown()).find(({ total }) => total === wanted)?.at;
        return at !== undefined;
      };
      // Polling the page takes its time, so it is polled rarely.
      await pause(150);
      await until('the page shows the vote', isShown, { withinMs: SHOWN_WITHIN_MS, everyMs: 100, signal });
      return at === undefined ? undefined : at - began;
    },
  };
}

/** Waits until this many viewers are connected, web and the warm pools are ready, and the last change is over. */
async function watched({ warm, catalog, signal }: Bench, size: number): Promise<void> {
  const { 'record-vote': votes, 'fetch-results': results } = catalog.functions;
  const isReady = (found: Record<string, number>) =>
    found['record-vote prewarmed'] === votes.warmPool &&
    found['fetch-results prewarmed'] === results.warmPool &&
    (found['web ready'] ?? 0) > 0;
  await warm.settle('web and the warm pool are ready', isReady, () => warm.gateway.send('/'));
  const viewers = async () => sum(await warm.metrics(), 'results_viewers') === size;
  await until(`${size} viewers`, viewers, { withinMs: 10_000, signal });
  await pause(ALONE_MS);
}

const fetchResultsRuns = ({ warm }: Bench) => warm.counter('invocations_total', { function: 'fetch-results' });
