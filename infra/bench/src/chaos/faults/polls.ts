import { until } from '../../until.ts';
import type { Fault, Scene } from '../fault.ts';
import { killProcess } from '../kill.ts';

/** Longer than a launcher takes to be restarted: votes have to be acknowledged again before the poll closes. */
const COUNTDOWN_SECONDS = 60;
const ANSWER_MS = 120_000;
const GRACE_SECONDS = 30;
const QUESTION = { question: 'Cats or dogs?', options: ['Cats', 'Dogs'] };

interface Results {
  poll: { id: string; status: string };
  total: number;
}

/** Votes go on while their poll is closed, and the database with them. Then the next poll is opened. */
export const pollClosed: Fault = {
  name: 'database restart as a poll is closed',
  async strike(scene) {
    const database = await scene.stack.permanent('database');
    const { poll } = await ask<Results>(scene, 'fetch-results');
    try {
      await Promise.all([database.restart({ t: GRACE_SECONDS }), ask(scene, 'close-poll', { poll: poll.id })]);
    } finally {
      await ask(scene, 'open-poll', QUESTION);
    }
    const at = Date.parse((await database.inspect()).State.FinishedAt);
    return { at, afterwards: () => resultIsThatOfVotes(scene, poll.id) };
  },
};

/** The launcher that remembers a countdown is killed; the next one has to end it. */
export const killedInCountdown: Fault = {
  name: 'launcher kill -9 in a countdown',
  async strike(scene) {
    const launcher = await scene.stack.permanent('launcher');
    const opening = { ...QUESTION, closesInSeconds: COUNTDOWN_SECONDS };
    const { poll } = await ask<Results>(scene, 'open-poll', opening);
    try {
      const at = await killProcess(launcher);
      if (at === undefined) throw new Error('The launcher had ended by itself');
      const isClosed = async () =>
        (await ask<Results>(scene, 'fetch-results', { poll: poll.id })).poll.status === 'closed';
      const withinMs = COUNTDOWN_SECONDS * 1_000 + ANSWER_MS;
      await until('the end of the countdown', isClosed, { withinMs, everyMs: 250, signal: scene.signal });
      return { at, afterwards: () => resultIsThatOfVotes(scene, poll.id) };
    } finally {
      await ask(scene, 'open-poll', QUESTION);
    }
  },
};

/** Invokes a function that may be invoked twice, until it has answered. */
async function ask<Answer>({ stack, signal }: Scene, name: string, event: object = {}): Promise<Answer> {
  let result: Answer | undefined;
  const isAnswered = async () => {
    const answer = await stack.invoke(name, event).catch(() => undefined);
    if (answer?.status !== 200 || answer.headers['x-amz-function-error'] !== undefined) return false;
    result = JSON.parse(answer.body) as Answer;
    return true;
  };
  await until(`an answer of ${name}`, isAnswered, { withinMs: ANSWER_MS, everyMs: 100, signal });
  return result as Answer;
}

/** A vote that was accepted before the closing may be written after it, and counts. None that was accepted later does. */
async function resultIsThatOfVotes(scene: Scene, poll: string): Promise<void> {
  const text = `select count(*)::int as votes, count(*) filter (where accepted_at >= closed_order)::int as late
    from votes join polls on polls.id = poll_id where poll_id = $1`;
  let seen = '';
  const isThatOfVotes = async () => {
    const { total } = await ask<Results>(scene, 'fetch-results', { poll });
    const [row] = await scene.stack.sql<{ votes: number; late: number }>(text, [poll]);
    if (row?.late !== 0) throw new Error(`${row?.late} votes were counted that were accepted after the closing`);
    seen = `${total} in the result, ${row.votes} votes`;
    return total === row.votes;
  };
  const { signal } = scene;
  await until('the result of a closed poll', isThatOfVotes, {
    ...{ withinMs: ANSWER_MS, everyMs: 500, signal, seen: () => seen },
  });
}
