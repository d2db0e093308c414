/// <reference lib="dom" />
// Votes at a steady rate, each by a voter who has opened the page before, through the page's own ballot box with its own retries.
//
//   voters.mts <address of the page> <votes per second> <voters>   votes until stdin ends, or everybody has voted, then waits for every answer
//
// Prints `ready` once all voters have opened the page, and at the end what became of their votes, and why attempts were repeated, as JSON.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { openBallotBox } from '@serverless-vote/web/src/ballot/ballot-box.ts';
import { isVotingPaused, onceVotingGoesOn } from '@serverless-vote/web/src/ballot/once-voting-goes-on.ts';
import { postVote } from '@serverless-vote/web/src/ballot/post-vote.ts';

const [, , address = '', perSecond = '', count = ''] = process.argv;

// What a browser does for the page: relative addresses and cookies.
const cookie = new AsyncLocalStorage<string>();
const { fetch } = globalThis;
globalThis.fetch = (input, init) =>
  fetch(new URL(String(input), address), { ...init, headers: { ...init?.headers, cookie: cookie.getStore() ?? '' } });

const outcomes = { cast: 0, recorded: 0, failed: 0, late: 0, longestMs: 0 };
/** Attempts that were not the last one, by their answer. */
const again: Record<string, number> = {};
const world = {
  wait: (seconds: number) => delay(seconds * (1000 + Math.random() * 300)),
  isOnline: () => true,
  backOnline: () => Promise.resolve(),
  isPaused: () => isVotingPaused().catch(() => false),
  votingGoesOn: () => new Promise<void>((resolve) => onceVotingGoesOn(resolve)),
};

async function openPage(): Promise<string> {
  const { headers } = await globalThis.fetch('/voting');
  return headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
}

const results = await globalThis.fetch('/results.json');
const poll = ((await results.json()) as { poll: { id: string } }).poll.id;

const cast = (voter: string): Promise<void> =>
  cookie.run(voter, () => {
    outcomes.cast += 1;
    const from = performance.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    const post: typeof postVote = async (...vote) => {
      const answer = await postVote(...vote);
      if (answer.kind !== 'recorded') again[answer.kind] = (again[answer.kind] ?? 0) + 1;
      return answer;
    };
    const box = openBallotBox(
      poll,
      ({ kind }) => {
        if (kind !== 'recorded' && kind !== 'failed' && kind !== 'late') return;
        outcomes[kind] += 1;
        outcomes.longestMs = Math.max(outcomes.longestMs, Math.round(performance.now() - from));
        resolve();
      },
      { ...world, post },
    );
    box.cast('cats');
    return promise;
  });

const voters: string[] = [];
while (voters.length < Number(count)) voters.push(...(await Promise.all(Array.from({ length: 20 }, openPage))));
console.log('ready');

let goOn = true;
process.stdin.resume().once('end', () => {
  goOn = false;
});
const votes: Promise<void>[] = [];
const began = performance.now();
while (goOn && votes.length < voters.length) {
  votes.push(cast(voters[votes.length] ?? ''));
  await delay(Math.max(0, began + (votes.length * 1000) / Number(perSecond) - performance.now()));
}
await Promise.all(votes);
console.log(JSON.stringify({ ...outcomes, again }));
process.exit();
