import { describe, expect, it } from 'vitest';
import { openBallotBox, type World } from './ballot-box.ts';
import type { Answer, Attempt, Vote } from './post-vote.ts';
import type { Status } from './status.ts';

const recorded = (choice: string) => ({ kind: 'recorded', receipt: { choice } }) as Answer;

/** A ballot box with prepared answers, whose waits take no time. */
function boxWith(answers: (Answer | ((choice: string) => Answer | Promise<Answer>))[], more: Partial<World> = {}) {
  const posted: string[] = [];
  const traces: string[] = [];
  const waits: number[] = [];
  const patience: number[] = [];
  const polls = new Set<string>();
  const told: Status[] = [];
  const done = Promise.withResolvers<Status>();
  const world = {
    post: async ({ poll, choice }: Vote, { traceId, patienceMs }: Attempt) => {
      polls.add(poll);
      patience.push(patienceMs);
      posted.push(choice);
      traces.push(traceId);
      const answer = answers.shift() ?? recorded(choice);
      return typeof answer === 'function' ? answer(choice) : answer;
    },
    wait: async (seconds: number) => waits.push(seconds),
    isOnline: () => true,
    backOnline: async () => {},
    isPaused: async () => false,
    votingGoesOn: async () => {},
    ...more,
  };
  const box = openBallotBox(
    'pets',
    (status) => {
      told.push(status);
      if (['recorded', 'late', 'failed'].includes(status.kind)) done.resolve(status);
    },
    world,
  );
  return { box, polls, posted, traces, waits, patience, told, done: done.promise };
}

describe('a ballot box', () => {
  it('sends a vote and says that it is recorded', async () => {
    const { box, done, posted, polls } = boxWith([]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'recorded' });
    expect(posted).toEqual(['cats']);
    expect([...polls]).toEqual(['pets']);
  });
  it('sends one vote at a time, and the latest choice last', async () => {
    const { box, done, posted, told } = boxWith([]);
    box.cast('cats');
    box.cast('dogs');
    box.cast('birds');
    await done;
    expect(posted).toEqual(['cats', 'birds']);
    expect(told.filter(({ kind }) => kind === 'recorded')).toHaveLength(1);
  });
  it('retries when it was told to, while many are voting', async () => {
    const { box, done, waits, told } = boxWith([{ kind: 'busy', seconds: 3 }]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'recorded' });
    expect(waits).toEqual([3]);
    expect(told).toContainEqual({ kind: 'busy', seconds: 3 });
  });
  it('gives all attempts at one vote the same trace, and the next vote another', async () => {
    const { box, done, traces } = boxWith([
      { kind: 'lost' },
      () => {
        box.cast('dogs');
        return { kind: 'lost' };
      },
    ]);
    box.cast('cats');
    await done;
    expect(traces).toHaveLength(3);
    expect(traces[1]).toBe(traces[0]);
    expect(traces[2]).not.toBe(traces[0]);
  });
  it('sends the new choice after a wait, not the old one', async () => {
    const { box, done, posted } = boxWith([
      () => {
        box.cast('dogs');
        return { kind: 'busy', seconds: 1 };
      },
    ]);
    box.cast('cats');
    await done;
    expect(posted).toEqual(['cats', 'dogs']);
  });
  it('gives up after repeated throttling', async () => {
    const { box, done } = boxWith(Array(50).fill({ kind: 'busy', seconds: 1 }));
    box.cast('cats');
    expect(await done).toEqual({ kind: 'failed', problem: 'busy' });
  });
  it('doesn’t say that a vote wasn’t recorded if only its answer was lost, and later attempts were throttled', async () => {
    const { box, done } = boxWith([{ kind: 'silent' }, ...Array(50).fill({ kind: 'limited', seconds: 1 })]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'failed', problem: 'failed' });
  });
  it('waits for the network', async () => {
    const { box, done, told } = boxWith([{ kind: 'lost' }], { isOnline: () => false });
    box.cast('cats');
    expect(await done).toEqual({ kind: 'recorded' });
    expect(told).toContainEqual({ kind: 'offline' });
  });
  it('tries again for two minutes when there is a network but nobody answers: an upgrade takes less', async () => {
    const { box, done, waits } = boxWith(Array(50).fill({ kind: 'lost' }));
    box.cast('cats');
    expect(await done).toEqual({ kind: 'failed', problem: 'unreachable' });
    expect(waits).toEqual([1, 2, 3, 4, ...Array(19).fill(5)]);
  });
  it('gives up after two minutes of attempts that were connected but not answered', async () => {
    const { box, done, patience } = boxWith(Array(50).fill({ kind: 'silent' }));
    box.cast('cats');
    expect(await done).toEqual({ kind: 'failed', problem: 'unreachable' });
    expect(patience).toEqual([5_000, 15_000, 30_000, 30_000, 30_000, 30_000]);
  });
  it('tries again at once after 5 s without an answer, with more patience each time', async () => {
    const { box, done, posted, waits, patience, told } = boxWith([{ kind: 'silent' }, { kind: 'silent' }]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'recorded' });
    expect(posted).toEqual(['cats', 'cats', 'cats']);
    expect(patience).toEqual([5_000, 15_000, 30_000]);
    expect(waits).toEqual([]);
    expect(told).toContainEqual({ kind: 'reconnecting' });
  });
  it('says that voting is paused when that is why there is no answer', async () => {
    const late = Promise.withResolvers<Answer>();
    const { box, done, told } = boxWith([{ kind: 'silent' }, () => late.promise], { isPaused: async () => true });
    box.cast('cats');
    await new Promise(setImmediate);
    expect(told).toEqual([{ kind: 'sending' }, { kind: 'reconnecting' }, { kind: 'held' }]);
    late.resolve(recorded('cats'));
    await done;
    await new Promise(setImmediate);
    expect(told.at(-1)).toEqual({ kind: 'recorded' });
  });
  it('keeps a vote while voting is paused, and sends the latest choice once it goes on', async () => {
    const goesOn = Promise.withResolvers<void>();
    const { box, done, posted, told } = boxWith([{ kind: 'paused' }], { votingGoesOn: () => goesOn.promise });
    box.cast('cats');
    await new Promise(setImmediate);
    box.cast('dogs');
    expect(told.slice(1)).toEqual([{ kind: 'held' }, { kind: 'held' }]);
    expect(posted).toEqual(['cats']);
    goesOn.resolve();
    expect(await done).toEqual({ kind: 'recorded' });
    expect(posted).toEqual(['cats', 'dogs']);
  });
  it('says what went wrong, and takes the next vote', async () => {
    const { box, done, posted } = boxWith([{ kind: 'failed' }]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'failed', problem: 'failed' });
    await new Promise(setImmediate);
    box.cast('cats');
    await new Promise(setImmediate);
    expect(posted).toEqual(['cats', 'cats']);
  });
});

const never = () => new Promise<never>(() => undefined);
const settle = () => new Promise(setImmediate);

describe('a ballot box when voting ends', () => {
  it('says that a vote the server refuses came too late', async () => {
    const { box, done, posted } = boxWith([{ kind: 'closed' }]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'late', unsure: false });
    expect(posted).toEqual(['cats']);
  });
  it('doesn’t claim that a vote wasn’t counted if an earlier attempt got no answer', async () => {
    const { box, done, posted } = boxWith([{ kind: 'silent' }, { kind: 'closed' }]);
    box.cast('cats');
    expect(await done).toEqual({ kind: 'late', unsure: true });
    expect(posted).toHaveLength(2);
  });
  it('waits for the answer to the attempt under way, which was accepted in time', async () => {
    const answer = Promise.withResolvers<Answer>();
    const { box, done, told } = boxWith([() => answer.promise]);
    box.cast('cats');
    box.close();
    await settle();
    expect(told).toEqual([{ kind: 'sending' }]);
    answer.resolve(recorded('cats'));
    expect(await done).toEqual({ kind: 'recorded' });
  });
  it.each<[Answer, boolean]>([
    [{ kind: 'silent' }, true],
    [{ kind: 'lost' }, true],
    [{ kind: 'busy', seconds: 1 }, false],
    [{ kind: 'paused' }, false],
  ])('sends nothing again after it: %j', async (given, unsure) => {
    const answer = Promise.withResolvers<Answer>();
    const { box, done, posted } = boxWith([() => answer.promise]);
    box.cast('cats');
    box.close();
    answer.resolve(given);
    expect(await done).toEqual({ kind: 'late', unsure });
    await settle();
    expect(posted).toEqual(['cats']);
  });
  it.each<[string, Answer, Partial<World>, boolean]>([
    ['its turn among many', { kind: 'busy', seconds: 9 }, { wait: never }, false],
    ['a pause of voting to end', { kind: 'paused' }, { votingGoesOn: never }, false],
    ['the network', { kind: 'lost' }, { isOnline: () => false, backOnline: never }, true],
  ])('gives up a vote that waits for %s', async (_, answer, world, unsure) => {
    const { box, done, posted, told } = boxWith([answer], world);
    box.cast('cats');
    await settle();
    box.close();
    expect(await done).toEqual({ kind: 'late', unsure });
    await settle();
    expect(posted).toEqual(['cats']);
    expect(told.at(-1)).toEqual({ kind: 'late', unsure });
  });
  it('keeps what was recorded if the change of mind came too late', async () => {
    const answer = Promise.withResolvers<Answer>();
    const { box, done, posted } = boxWith([() => answer.promise]);
    box.cast('cats');
    box.cast('dogs');
    box.close();
    answer.resolve(recorded('cats'));
    expect(await done).toEqual({ kind: 'late', unsure: false });
    expect(posted).toEqual(['cats']);
  });
  it('takes no vote any more', async () => {
    const { box, posted, told } = boxWith([]);
    box.close();
    box.cast('cats');
    await settle();
    expect([posted, told]).toEqual([[], []]);
  });
});

describe('a ballot box that the page leaves for another question', () => {
  it('breaks off the attempt under way, tells nothing, and says that there was one', async () => {
    let signal: AbortSignal | undefined;
    const answer = Promise.withResolvers<Answer>();
    const { box, posted, told } = boxWith([], {
      post: async ({ choice }, attempt) => {
        signal = attempt.signal;
        posted.push(choice);
        return answer.promise;
      },
    });
    box.cast('cats');
    expect(box.abandon()).toBe(true);
    expect(signal?.aborted).toBe(true);
    answer.resolve({ kind: 'lost' });
    await settle();
    box.cast('dogs');
    await settle();
    expect([posted, told]).toEqual([['cats'], [{ kind: 'sending' }]]);
  });
  it('never sends a vote that was waiting', async () => {
    const turn = Promise.withResolvers<void>();
    const { box, posted, told } = boxWith([{ kind: 'busy', seconds: 1 }], { wait: () => turn.promise });
    box.cast('cats');
    await settle();
    const before = told.length;
    expect(box.abandon()).toBe(true);
    turn.resolve();
    await settle();
    expect([posted, told.length]).toEqual([['cats'], before]);
  });
  it('has nothing to say after its votes were recorded', async () => {
    const { box, done } = boxWith([]);
    box.cast('cats');
    await done;
    await settle();
    expect(box.abandon()).toBe(false);
  });
});
