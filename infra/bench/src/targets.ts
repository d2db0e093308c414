import type { Measured } from './bench.ts';
import type { Plan } from './plan.ts';
import { waysAt } from './rows/rates.ts';
import { CHANGES } from './rows/stage.ts';
import { median, p95 } from './statistics.ts';
import { type Line, Lines, milliseconds, spread } from './verdict.ts';

const rate = (samples: readonly number[]) =>
  samples.length === 0 ? 'not measured' : `${Math.round(median(samples)).toLocaleString('en')} votes/s`;

/** The project's targets, each with its measurement. */
export function table(measured: Measured, plan: Plan): Line[] {
  const lines = new Lines(measured);
  lines.part = 'singles';
  single(lines);
  lines.part = 'bursts';
  bursts(lines, plan);
  lines.part = 'rates';
  rates(lines, plan);
  lines.part = 'stdio';
  overStdio(lines);
  lines.part = 'launcher';
  launcherAlone(lines);
  lines.part = 'visible';
  results(lines, plan);
  if (plan.chromium) {
    lines.part = 'stage';
    stage(lines);
    lines.part = 'pages';
    pages(lines);
  }
  lines.part = 'in a row';
  idle(lines, plan);
  return lines.lines;
}

/** A command's output may be read before it exits. */
const lineOut = (lines: Lines, name: string) =>
  `(its line is out after ${milliseconds(median(lines.samples(`${name}, to its line`)))})`;

function single(lines: Lines): void {
  const [naive, baseline, trivial] = ['naive', 'baseline', 'trivial docker run'].map((name) => lines.samples(name));
  const [prewarmed, cold, ten] = ['prewarmed', 'cold', '10 at once'].map((name) => lines.samples(name));
  const [web, vote] = ['web from zero', 'vote from zero'].map((name) => lines.samples(name));
  if (!naive || !baseline || !trivial || !prewarmed || !cold || !ten || !web || !vote) return;
  lines.baseline('naive: docker run --rm', spread(naive), lineOut(lines, 'naive'));
  const joined = lines.samples('naive, joined');
  const [faster, colder] = [median(joined) / median(prewarmed), median(cold) / median(joined)];
  const besides = `prewarmed ${faster.toFixed(0)} × faster than that, cold ${colder.toFixed(2)} ×`;
  lines.baseline('  without a network of its own', spread(joined), besides);
  lines.baseline('baseline: permanent server', spread(baseline));
  lines.compare('prewarmed', spread(prewarmed), [naive, prewarmed, 'faster than naive'], { atLeast: 40 });
  lines.compare('', '', [prewarmed, baseline, 'baseline'], { atMost: 2.5 });
  lines.compare('cold', spread(cold), [cold, naive, 'naive'], { atMost: 0.6 });
  lines.compare('10 at once, one prewarmed: the last', spread(ten), [ten, cold, 'a single cold one'], { atMost: 3 });
  lines.baseline('trivial docker run --rm', spread(trivial), lineOut(lines, 'trivial docker run'));
  lines.compare('web from zero', spread(web), [web, trivial, 'trivial docker run'], { atMost: 1.6 });
  lines.compare('vote from zero', spread(vote), [vote, trivial, 'trivial docker run'], { atMost: 1.4 });
}

function bursts(lines: Lines, { voters }: Plan): void {
  const [invoke, page] = ['burst: Invoke API', 'burst: vote page'];
  const baseline = lines.samples('burst: baseline');
  const batched = lines.samples('burst: baseline, batched');
  const failed = lines.fact('burst: baseline, lost or twice');
  lines.baseline(`burst of ${voters}: baseline`, rate(baseline), failed > 0 ? `${failed} votes lost or twice` : '');
  lines.baseline('  baseline that batches as we do', rate(batched));
  lines.compare('  Invoke API', rate(lines.samples(invoke)), [lines.samples(invoke), baseline, 'baseline'], {
    atLeast: 0.5,
  });
  lines.number('', '', [lines.fact(`${invoke}, containers`), ' containers'], { atMost: 10 });
  lines.number('', '', [lines.fact(`${invoke}, lost or twice`), ' votes lost or twice'], { atMost: 0 });
  const [pages, invokes] = [lines.samples(page), lines.samples(invoke)];
  lines.compare('  vote page', rate(pages), [pages, invokes, 'Invoke API'], { atLeast: 0.5 });
  const cpu = lines.fact(`${page}, ms of processor`);
  const words = ' ms of web’s and launcher’s processor a vote';
  lines.number('', '', [cpu, words], { atMost: 1, digits: 2 });
  lines.number('', '', [lines.fact(`${page}, lost or twice`), ' votes lost or twice'], { atMost: 0 });
}

/** The latency that a room accepts beyond three times the p95 of a permanent server. */
const ROOM_MS = 25;
/** At the lowest rate nearly every vote gets a container of its own. */
const REUSED_AT_MOST = 5;

function rates(lines: Lines, { open }: Plan): void {
  for (const rate of open.rates) {
    const { baseline, invoke, page } = waysAt(rate);
    const allowed = ROOM_MS + 3 * p95(lines.samples(baseline));
    lines.baseline(`${rate} votes a second: baseline`, spread(lines.samples(baseline)));
    const words = ` × (${ROOM_MS} ms + 3 × baseline’s p95)`;
    for (const [name, way] of [
      ['Invoke API', invoke],
      ['vote page', page],
    ] as const)
      lines.number(`  ${name}`, spread(lines.samples(way)), [p95(lines.samples(way)) / allowed, words], {
        atMost: 1,
        digits: 2,
      });
    const reused = 100 * lines.fact(`${invoke}, warm`);
    if (rate === open.rates[0]) lines.number('', '', [reused, ' % reused'], { atMost: REUSED_AT_MOST });
    else if (!Number.isNaN(reused)) lines.baseline('', '', `${reused.toFixed(0)} % reused`);
  }
}

function overStdio(lines: Lines): void {
  const perSecond = (samples: readonly number[]) =>
    samples.length === 0 ? 'not measured' : `${median(samples).toFixed(1)} events/s`;
  for (const [what, shown] of [
    ['cold', spread],
    ['prewarmed', spread],
    ['throughput', perSecond],
  ] as const) {
    const [kit, stdio] = [lines.samples(`${what} kit`), lines.samples(`${what} stdio`)];
    lines.baseline(`a container per event, ${what}: the kit`, shown(kit));
    lines.compare('  stdio', shown(stdio), [stdio, kit, 'the kit']);
  }
}

function launcherAlone(lines: Lines): void {
  const samples = lines.samples('launcher alone');
  const cpu = lines.fact('launcher alone, ms of processor per invocation');
  const carried =
    samples.length === 0 ? 'not measured' : `${Math.round(median(samples)).toLocaleString('en')} invocations/s`;
  const words = Number.isNaN(cpu)
    ? ''
    : `${cpu.toFixed(2)} ms of processor each: ${Math.round(1000 / cpu).toLocaleString('en')}/s a core`;
  lines.baseline('the launcher alone, function time 0', carried, words);
}

function results(lines: Lines, { viewers, tally }: Plan): void {
  const one = lines.samples('visible in one stream');
  const page = lines.samples('visible in Chromium');
  const many = `visible in ${viewers} streams`;
  const [middle, late] = [lines.fact(`${many}: p50 of all viewers`), lines.fact(`${many}: p95 of all viewers`)];
  lines.number('vote → another open stream', spread(one), [median(one), ' ms'], { atMost: 100 });
  lines.number('vote → another open page', spread(page), [median(page), ' ms'], { atMost: 100 });
  const all = Number.isNaN(late) ? 'not measured' : `${milliseconds(middle)} (p95 ${milliseconds(late)})`;
  const words = ' × one viewer’s p95';
  lines.number(`${viewers.toLocaleString('en')} viewers`, all, [late / p95(one), words], { atMost: 2, digits: 2 });
  // The vote itself and the containers that start meanwhile cost the same for one viewer.
  const used = (size: number, name: string) => size * lines.fact(`${name}: µs of processor`);
  const own = (used(viewers, many) - used(1, 'visible in one stream')) / (viewers - 1);
  lines.number('', '', [own, ' µs of the launcher’s processor per further viewer'], { atMost: 30 });
  lines.number('', '', [lines.fact(`${many}: most runs per change`), ' fetch-results per change'], { atMost: 1 });
  lines.part = 'tally';
  const [few, lots] = [lines.samples('few votes'), lines.samples('many votes')];
  lines.baseline(`fetch-results, ${tally.small.toLocaleString('en')} votes`, spread(few));
  lines.compare(`  ${tally.large.toLocaleString('en')} votes`, spread(lots), [lots, few, 'that'], { atMost: 1.3 });
}

/** Counted from the answer to the presenter's action, which follows the commit; until then a container has started for it. */
function stage(lines: Lines): void {
  for (const [room, words] of [
    ['stage', 'a room of 20 pages'],
    ['stage, voting', '  the same, which votes'],
  ] as const) {
    for (const change of CHANGES) {
      const samples = (what: string) => lines.samples(`${room}: ${change}, ${what}`);
      const last = samples('last page');
      const stream = `stream ${milliseconds(median(samples('in the stream')))}, first page ${milliseconds(median(samples('first page')))}`;
      lines.number(`${words}: a poll is ${change}`, stream, [median(last), ' ms to the last page'], { atMost: 200 });
    }
  }
}

/** The pages that are measured in a browser. */
export const PAGES = ['/', '/results', '/live', '/present'];

/** The slowest page is compared with the target. */
function pages(lines: Lines): void {
  const each = (row: string) => PAGES.map((path) => median(lines.samples(`${row} ${path}`)));
  const list = (values: readonly number[], words: (value: number) => string) =>
    PAGES.map((path, index) => `${path} ${words(values[index] ?? Number.NaN)}`).join(', ');
  const [painted, scores] = [each('largest paint of'), each('Lighthouse of')];
  lines.number('largest paint', list(painted, milliseconds), [Math.max(...painted), ' ms'], { atMost: 1_000 });
  const score = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(0));
  lines.number('Lighthouse, on a phone', list(scores, score), [Math.min(...scores), ' points'], { atLeast: 95 });
  const busy = median(lines.samples('main thread at 500 events/s'));
  lines.number('/live, 500 events/s', '', [busy, ' % of the main thread'], { atMost: 50 });
}

/** The memory of a launcher without leaks varies by this much, because the garbage collector leaves a varying amount of garbage. */
export const BREATHING_MB = 2;

function idle(lines: Lines, { inARow }: Plan): void {
  const inTurn = lines.samples('votes in a row');
  const growth = lines.fact('launcher memory growth');
  lines.number(`${inARow.votes.toLocaleString('en')} votes in a row`, spread(inTurn), [growth, ' MiB growth'], {
    atMost: BREATHING_MB,
    digits: 1,
  });
  lines.part = 'idle';
  lines.number('', '', [lines.fact('containers when idle') - 2, ' containers left'], { atMost: 0 });
  const [launcher, database] = [lines.fact('launcher memory when idle'), lines.fact('database memory when idle')];
  const memory = Number.isNaN(launcher) ? '' : `launcher ${launcher.toFixed(0)}, database ${database.toFixed(0)}`;
  lines.number('idle', memory, [launcher + database, ' MiB'], { atMost: 105, digits: 1 });
  lines.number('', '', [lines.fact('processor when idle'), ' % of a core'], { atMost: 0.3, digits: 2 });
}
