import { setTimeout as pause } from 'node:timers/promises';
import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Answer } from '../http-endpoint.ts';
import { interleave, type Variant } from '../interleave.ts';
import { arrivals, openLoop } from '../open-loop.ts';
import { Room } from '../room.ts';
import { Stream } from '../stream.ts';

const PHONES = 19;
/** The votes of a room that is busy, per second. They change the results all the time. */
const VOTES = 20;
/** As long as a change takes at most; it is voted until then. */
const VOTED_MS = 4_000;
const CALM_MS = 500;

/** The changes in the order in which a presenter makes them. Each is seen by what the pages show after it, and what the stream says. */
export const CHANGES = ['opened', 'closed', 'revealed'] as const;
type Change = (typeof CHANGES)[number];

/** From the answer to the presenter's action to pages that show it: a bare client of the stream, and a room of browsers on this machine. */
export async function stage(bench: Bench): Promise<void> {
  const { warm, plan, measured, progress } = bench;
  progress('opening a room');
  const room = await Room.open(warm.gatewayPort, PHONES);
  const stream = await Stream.open(warm.gatewayPort);
  try {
    const rounds = [round(bench, { room, stream }, 0), round(bench, { room, stream }, VOTES)];
    Object.assign(measured.series, await interleave(plan.stageRounds, rounds, bench));
  } finally {
    stream.close();
    await room.close();
    answered(await warm.invoke('open-poll', { question: 'Cats or dogs?', options: ['Cats', 'Dogs'] }));
  }
}

/** Opens a poll with hidden numbers, closes it and reveals them. The sample is the last page's time of the slowest change. */
function round(bench: Bench, { room, stream }: { room: Room; stream: Stream }, rate: number): Variant {
  const { warm, measured } = bench;
  let count = 0;
  const name = rate === 0 ? 'stage' : 'stage, voting';
  const push = (series: string, ms: number) => {
    const key = `${name}: ${series}`;
    measured.series[key] ??= { samples: [], discarded: 0 };
    measured.series[key].samples.push(ms);
  };
  return {
    name,
    async sample() {
      count += 1;
      const question = `Question ${count} of ${rate} votes a second?`;
      const votes = voting(bench, rate);
      const steps: Record<Change, { act: (poll: string) => Promise<Answer>; page: string; line: RegExp }> = {
        opened: {
          act: () => warm.invoke('open-poll', { question, options: ['Cats', 'Dogs'], hidden: true }),
          page: `document.querySelector('h1')?.textContent === ${JSON.stringify(question)}`,
          line: new RegExp(`"question":"${question.replace('?', '\\?')}"`),
        },
        closed: {
          act: (poll) => warm.invoke('close-poll', { poll }),
          page: `document.querySelector('main').textContent.includes('Voting is closed')`,
          line: /"status":"closed"/,
        },
        revealed: {
          act: (poll) => warm.invoke('edit-polls', { reveal: poll }),
          page: `document.querySelector('[data-votes]') !== null`,
          line: /"votes":\d/,
        },
      };
      let poll = '';
      let slowest = 0;
      for (const change of CHANGES) {
        await pause(CALM_MS);
        const { act, page, line } = steps[change];
        const shown = await room.expects(page);
        const heard = stream.hears(line);
        const sentAt = performance.now();
        const { body } = answered(await act(poll));
        const answeredAt = performance.now();
        poll ||= JSON.parse(body).poll.id;
        const all = (await shown()).map((at) => at - answeredAt).sort((a, b) => a - b);
        const heardAt = await heard;
        push(`${change}, answered`, answeredAt - sentAt);
        push(`${change}, in the stream`, heardAt - answeredAt);
        push(`${change}, first page`, all[0] ?? Number.NaN);
        push(`${change}, last page`, all.at(-1) ?? Number.NaN);
        slowest = Math.max(slowest, all.at(-1) ?? Number.NaN);
      }
      await votes();
      return slowest;
    },
  };
}

/** Votes until the returned function is called. */
function voting({ warm }: Bench, rate: number): () => Promise<unknown> {
  const ending = new AbortController();
  if (rate === 0) return async () => undefined;
  const cast = openLoop(arrivals(rate, VOTED_MS, Math.random), () => warm.vote(), ending.signal);
  return () => {
    ending.abort();
    return cast;
  };
}
