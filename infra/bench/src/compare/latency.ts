import { setTimeout as pause } from 'node:timers/promises';
import { answered } from '../answered.ts';
import { interleave, type Variant } from '../interleave.ts';
import { arrivals, openLoop } from '../open-loop.ts';
import { sendAll } from '../send-all.ts';
import { numbers } from '../statistics.ts';
import { until } from '../until.ts';
import { Audience } from '../viewers.ts';
import type { Application, Compare } from './application.ts';
import { at, visibleIn } from './names.ts';

const WARM_UP = { votes: 300, connections: 6 };
const SHOWN_WITHIN_MS = 15_000;

/** Votes that don't count: both are programs that run for weeks, so their code is compiled before they are compared. */
export async function warmUp({ applications }: Compare): Promise<void> {
  for (const application of applications) {
    await sendAll(WARM_UP.votes, WARM_UP.connections, async () => answered(await application.vote()));
  }
}

/** From the moment when a vote was due to its answer: an open loop at each rate, the applications in turns. */
export async function acknowledgement({
  plan,
  applications,
  measured,
  progress,
  failed,
  signal,
}: Compare): Promise<void> {
  const random = numbers(1);
  for (const { rate, durationMs } of plan.rates) {
    const times = Array.from({ length: plan.rounds }, () => arrivals(rate, durationMs, random));
    for (const [round, due] of times.entries()) {
      for (const application of round % 2 === 0 ? applications : applications.toReversed()) {
        const name = at(rate, application.name);
        progress(name);
        try {
          await application.ready();
          const sent = await openLoop(due, async () => answered(await application.vote()), signal);
          measured.series[name] ??= { samples: [], discarded: 0 };
          measured.series[name].samples.push(...sent.map(({ latencyMs }) => latencyMs));
        } catch (error) {
          delete measured.series[name];
          failed(name, error instanceof Error ? error.message : String(error));
        }
      }
    }
  }
}

/** From a vote to another viewer's results, while nothing else happens. */
export async function visible(compare: Compare): Promise<void> {
  const { plan, applications, measured } = compare;
  const random = numbers(2);
  const audiences = applications.map((application) => new Audience(application.resultsPort));
  try {
    const variants = applications.map((application, index) =>
      inStream(compare, application, audiences[index] as Audience, random),
    );
    Object.assign(measured.series, await interleave(plan.visibleRounds, variants, compare));
  } finally {
    for (const audience of audiences) await audience.become(0);
  }
}

function inStream(
  { plan, signal }: Compare,
  application: Application,
  audience: Audience,
  random: () => number,
): Variant {
  const total = () => audience.viewers[0]?.total ?? -1;
  return {
    name: visibleIn(application.name),
    times: plan.visiblePerRound,
    async prepare() {
      await application.ready();
      await audience.become(0);
      await audience.become(1);
      await until('the results', () => total() >= 0, { withinMs: SHOWN_WITHIN_MS, signal });
      // At any moment between two questions of the classic results server.
      await pause(1_000 + random() * 1_000);
    },
    async sample() {
      const wanted = total() + 1;
      const began = performance.now();
      answered(await application.vote());
      await until('the vote is visible', () => total() >= wanted, { withinMs: SHOWN_WITHIN_MS, everyMs: 20, signal });
      return (audience.viewers[0]?.shownAt ?? Number.NaN) - began;
    },
  };
}
