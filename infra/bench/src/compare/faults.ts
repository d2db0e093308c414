import { setTimeout as pause } from 'node:timers/promises';
import { sendAll } from '../send-all.ts';
import { Viewer } from '../viewers.ts';
import type { Application, Compare, Counted } from './application.ts';
import { type Fact, fact } from './names.ts';

const CONNECTIONS = 20;
const LOOK_MS = 250;

/** The faults, by the names of their parts. Each leaves the application to `ready` to be repaired. */
export const FAULTS: readonly (readonly [string, (compare: Compare, application: Application) => Promise<void>])[] = [
  ['store', storeKilled],
  ['between', killedBetween],
  ['%00', poison],
  ['restart', databaseRestarted],
];

async function storeKilled(compare: Compare, application: Application): Promise<void> {
  const { plan } = compare;
  await trials(compare, application, 'store killed', async () => {
    const before = await application.counted();
    const answers = await sendAll(plan.storeVotes, CONNECTIONS, () => application.vote());
    await application.killStore();
    const acknowledged = answers.filter(({ status }) => status === 200).length;
    return { acknowledged, lost: acknowledged - ((await application.counted()) - before) };
  });
}

async function killedBetween(compare: Compare, application: Application): Promise<void> {
  await trials(compare, application, 'killed between', () => application.killTaker());
}

/** What the trials of a fault have lost, all together. */
async function trials(
  { plan, measured, progress, signal }: Compare,
  application: Application,
  what: 'store killed' | 'killed between',
  trial: () => Promise<Counted>,
): Promise<void> {
  const counts: Counted[] = [];
  measured.details[`${what}: ${application.name}`] = counts;
  for (let done = 0; done < plan.trials; done += 1) {
    signal.throwIfAborted();
    progress(`${application.name}: ${what}, ${done + 1} of ${plan.trials}`);
    await application.ready();
    counts.push(await trial());
  }
  for (const key of ['acknowledged', 'lost'] as const) {
    const name: Fact = `${what}: ${key}`;
    measured.facts[fact(name, application.name)] = counts.reduce((sum, count) => sum + count[key], 0);
  }
}

/** A vote that Postgres can't store, and then one that it can. */
async function poison({ plan, measured, progress }: Compare, application: Application): Promise<void> {
  progress(`${application.name}: choice=%00`);
  await application.ready();
  const before = await shownBy(application);
  const { status } = await application.vote('%00');
  measured.facts[fact('choice=%00: status', application.name)] = status;
  const later = await application.vote();
  if (later.status !== 200) throw new Error(`the later vote was answered ${later.status}`);
  const deadline = performance.now() + plan.patienceMs;
  const isCounted = async () => ((await totalOf(application)) ?? -1) > before;
  while (performance.now() < deadline && !(await isCounted())) await pause(LOOK_MS);
  measured.facts[fact('choice=%00: later vote counted', application.name)] = (await isCounted()) ? 1 : 0;
}

/** Back means that the results page answers, and shows a vote of after the restart. -1: not within the time that it has. */
async function databaseRestarted({ plan, measured, progress }: Compare, application: Application): Promise<void> {
  progress(`${application.name}: database restarted`);
  await application.ready();
  const before = await shownBy(application);
  await application.restartDatabase();
  const began = performance.now();
  const name = fact('database restarted: back after ms', application.name);
  measured.facts[name] = -1;
  let isAcknowledged = false;
  while (performance.now() < began + plan.patienceMs) {
    isAcknowledged ||= await application.vote().then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isAcknowledged && ((await totalOf(application)) ?? -1) > before) {
      measured.facts[name] = performance.now() - began;
      return;
    }
    await pause(LOOK_MS);
  }
}

async function shownBy(application: Application): Promise<number> {
  const total = await totalOf(application);
  if (total === undefined) throw new Error('the results page does not answer');
  return total;
}

/** What the results page shows to somebody who opens it now; undefined if it doesn't answer. */
async function totalOf(application: Application): Promise<number | undefined> {
  const viewer = await Viewer.open(application.resultsPort).catch(() => undefined);
  if (!viewer) return undefined;
  for (let waited = 0; waited < 2_000 && viewer.total < 0; waited += 50) await pause(50);
  viewer.close();
  return viewer.total < 0 ? undefined : viewer.total;
}
