'use client';

import { useRef, useState } from 'react';
import { Announcement } from '../announcement.tsx';
import { Question } from '../app/question.tsx';
import { Clock } from '../poll/clock.tsx';
import { announcementOf, isEnding, roundOf, stateWords } from '../poll/stage.ts';
import { usePoll } from '../poll/use-poll.ts';
import type { Receipt } from '../receipt.ts';
import type { Tally } from '../results/tally.ts';
import { Ballot } from './ballot.tsx';
import { wordsFor } from './status.ts';
import type { Beginning } from './use-ballot.ts';
import { useWarmUp } from './use-warm-up.ts';

/** The vote page, which follows the poll. Each round of voting has a ballot of its own, so nothing of one gets into the next. */
export function VoteStage({ tally: first, receipt, problem, isPaused }: Beginning & { tally: Tally | undefined }) {
  const { stage, reconnect } = usePoll(first);
  const [isMissed, setMissed] = useState(false);
  const round = stage.kind === 'unknown' ? 'unknown' : roundOf(stage.tally);
  const topic = `${round} ${stage.kind} ${isEnding(stage)}`;
  const [firstTopic] = useState(topic);
  const firstRound = useRef<string>(undefined);
  if (stage.kind !== 'unknown') firstRound.current ??= round;
  const isChanged = round !== firstRound.current;
  useWarmUp();
  return (
    <>
      {stage.kind === 'unknown' ? (
        <Unknown isPaused={isPaused} />
      ) : (
        // Without a fade: with one, the last of twenty pages in one browser shows another question a third later.
        <div key={round}>
          <p className="flex h-8 items-baseline gap-2 pt-1 font-medium text-muted sm:h-10 sm:text-lg">
            <Clock stage={stage} />
            {stateWords(stage)}
          </p>
          <Question className="pb-4 sm:pb-8">{stage.tally.question}</Question>
          <Ballot
            stage={stage}
            receipt={receipt && isOf(receipt, stage.tally) ? receipt : undefined}
            problem={isChanged ? undefined : problem}
            isPaused={isPaused && !isChanged}
            isFresh={isChanged}
            isMissed={isMissed}
            // The poll is closed, which this page should know: its connection may be dead.
            onLate={reconnect}
            onLeft={setMissed}
          />
        </div>
      )}
      {/* What the page begins with is read anyway. */}
      <Announcement text={topic === firstTopic ? '' : announcementOf(stage)} topic={topic} />
    </>
  );
}

/** A receipt may be for an earlier poll, or for a vote that has been forgotten since. */
const isOf = ({ poll, choice, recordedAt }: Receipt, tally: Tally) =>
  (poll ?? tally.poll.id) === tally.poll.id &&
  tally.options.some(({ id }) => id === choice) &&
  !(Date.parse(recordedAt) < Date.parse(tally.poll.votesSince ?? ''));

function Unknown({ isPaused }: { isPaused: boolean }) {
  return (
    <>
      <h1 className="py-12 font-semibold text-question-medium tracking-tight">The question will be here in a moment</h1>
      <p className="text-lg text-muted">
        {isPaused && `${wordsFor({ kind: 'paused' }, undefined)} `}This page fills in by itself.
      </p>
      <noscript>
        <meta httpEquiv="refresh" content="5" />
      </noscript>
    </>
  );
}
