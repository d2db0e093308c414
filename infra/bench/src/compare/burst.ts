import type { Answer } from '../http-endpoint.ts';
import { sendAll } from '../send-all.ts';
import { until } from '../until.ts';
import { Viewer } from '../viewers.ts';
import type { Application, Compare } from './application.ts';
import { fact } from './names.ts';

const CONNECTIONS = 100;
/** The classic worker's pause, with its own work. */
const PER_VOTE_MS = 130;
const SHOWN_MS = 30_000;

const broken = (error: unknown): Answer => ({ status: 0, headers: {}, body: String(error), headMs: 0, totalMs: 0 });

/**
 * Thousands of votes as fast as the vote page accepts them.
 * @returns a promise in the result, which resolves when the results page has counted all that were accepted
 */
export async function burst(
  { plan, measured, signal }: Compare,
  application: Application,
): Promise<{ counted: Promise<void> }> {
  await application.ready();
  const viewer = await Viewer.open(application.resultsPort);
  await until('the results', () => viewer.total >= 0, { withinMs: SHOWN_MS, signal });
  const before = viewer.total;
  const began = performance.now();
  const answers = await sendAll(plan.voters, CONNECTIONS, () => application.vote().catch(broken));
  const seconds = (performance.now() - began) / 1000;
  const accepted = answers.filter(({ status }) => status === 200).length;
  measured.facts[fact('accepted per second', application.name)] = accepted / seconds;
  measured.details[`burst: ${application.name}`] = { sent: plan.voters, accepted, seconds };
  const isCounted = () => viewer.total >= before + accepted;
  const withinMs = accepted * PER_VOTE_MS + SHOWN_MS;
  const counted = until(`${application.name}: all votes are counted`, isCounted, { withinMs, everyMs: 100, signal })
    .then(() => {
      measured.facts[fact('all counted after seconds', application.name)] = (viewer.shownAt - began) / 1000;
    })
    .finally(() => viewer.close());
  // Whoever waits for it hears of a failure; until then it is nobody's.
  counted.catch(() => undefined);
  return { counted };
}
