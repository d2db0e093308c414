import { count, isCounted, namesOf, type PublicTally, standingOf, type Tally, wordsFor } from '../results/tally.ts';

/** What voting pages show. It follows from the poll and the server's time, so all phones and screens show the same. */
export type Stage =
  /** Neither the page nor the stream has said which poll there is. */
  | { kind: 'unknown' }
  | { kind: 'voting'; tally: Tally; secondsLeft: number | undefined }
  /** The countdown has ended. The poll isn't closed yet: votes that were accepted before are being counted. */
  | { kind: 'counting'; tally: Tally }
  /** Closed, and its numbers are hidden until the presenter reveals them. */
  | { kind: 'secret'; tally: Tally }
  | { kind: 'final'; tally: PublicTally };

/** @param now the server's time */
export function stageOf(tally: Tally | undefined, now: number): Stage {
  if (!tally) return { kind: 'unknown' };
  const { status, closesAt } = tally.poll;
  if (status !== 'open') return isCounted(tally) ? { kind: 'final', tally } : { kind: 'secret', tally };
  if (closesAt === null) return { kind: 'voting', tally, secondsLeft: undefined };
  const leftMs = Date.parse(closesAt) - now;
  return leftMs > 0 ? { kind: 'voting', tally, secondsLeft: Math.ceil(leftMs / 1000) } : { kind: 'counting', tally };
}

/** The seconds in which the room counts down. */
const LAST_SECONDS = 10;

export const isEnding = (stage: Stage): boolean => (secondsLeftOf(stage) ?? Number.POSITIVE_INFINITY) <= LAST_SECONDS;

export const secondsLeftOf = (stage: Stage): number | undefined =>
  stage.kind === 'voting' ? stage.secondsLeft : undefined;

/** One round of voting. Another question is another round, and so is the same one after it was started over: nobody has voted in it. */
export const roundOf = ({ poll }: Tally): string => `${poll.id} ${poll.votesSince}`;

/** A number of seconds as on a clock: "1:30", "0:07". */
export const onClock = (seconds: number): string => `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`;

/** What the vote page says about the poll. */
export function stateWords(stage: Stage): string {
  switch (stage.kind) {
    case 'unknown':
      return '';
    case 'voting':
      return stage.secondsLeft === undefined ? 'Voting is open' : 'left to vote';
    case 'counting':
      return 'Time is up';
    case 'secret':
    case 'final':
      return 'Voting is closed';
  }
}

/** What the results page says about the numbers. */
export function numbersWords(stage: Stage): string {
  switch (stage.kind) {
    case 'unknown':
      return '';
    case 'voting':
      return isCounted(stage.tally) ? wordsFor(standingOf(stage.tally)) : 'The numbers will be revealed soon';
    case 'counting':
      return 'Time is up. Counting the last votes …';
    case 'secret':
      return 'Voting is closed. The numbers will be revealed soon';
    case 'final':
      return outcomeWords(stage.tally);
  }
}

/** How the poll ended. */
export function outcomeWords(tally: PublicTally): string {
  const standing = standingOf(tally);
  switch (standing.kind) {
    case 'empty':
      return 'Closed without a vote';
    case 'lead':
      return `${namesOf(standing.leaders)} won by ${count(standing.by)}`;
    case 'tie':
      return `A tie: ${namesOf(standing.leaders)} at ${count(standing.votes)}`;
  }
}

/** What a screen reader says: the question, and when there are ten seconds left, not each second. The page's own lines say the rest. */
export function announcementOf(stage: Stage): string {
  if (stage.kind !== 'voting') return '';
  return isEnding(stage) ? 'Ten seconds left.' : `The question: ${stage.tally.question}`;
}
