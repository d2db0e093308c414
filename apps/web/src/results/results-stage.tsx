'use client';

import type { ReactNode } from 'react';
import { Question } from '../app/question.tsx';
import { roundOf } from '../poll/stage.ts';
import { usePoll } from '../poll/use-poll.ts';
import { Board } from './board.tsx';
import { PresentersKeys } from './presenters-keys.tsx';
import type { Tally } from './tally.ts';
import { toggleFullScreen, usePresentation } from './use-presentation.ts';

type Props = { tally: Tally | undefined; code: ReactNode; withoutScript: ReactNode };

/** The question, the QR code, the results, and the presenter's keys. Follows the poll. */
export function ResultsStage({ tally: first, code, withoutScript }: Props) {
  const { tally, stage, feed, isLive, clock } = usePoll(first);
  const { codeHidden, numbersHidden, toggleCode, toggleNumbers } = usePresentation();
  const keys = [
    { key: 'F', words: 'full screen', act: toggleFullScreen },
    { key: 'Q', words: codeHidden ? 'show the QR code' : 'hide the QR code', act: toggleCode },
    { key: 'N', words: numbersHidden ? 'reveal the numbers' : 'hide the numbers', act: toggleNumbers },
  ];
  return (
    <div className="grid grow grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto_auto] sm:grid-cols-[minmax(0,1fr)_auto]">
      <Question key={tally && roundOf(tally)} className="py-4 sm:py-5">
        {tally?.question ?? 'The question will be here in a moment'}
      </Question>
      <div
        className="row-span-2 pt-4 pb-6 pl-8 max-sm:hidden lg:pl-14 2xl:pl-20 [@media(hover:none)_and_(width<64rem)]:hidden"
        hidden={codeHidden}
      >
        {code}
      </div>
      {withoutScript}
      {tally && <Board {...{ tally, stage, feed, isLive, clock }} isCovered={numbersHidden} />}
      <div className="keys col-span-full mt-3 flex noscript:hidden flex-wrap justify-between gap-x-8 gap-y-1 text-muted text-sm max-sm:hidden">
        <PresentersKeys keys={keys} />
        <p className="flex gap-4 py-1">
          Export
          <a className="underline underline-offset-4 hover:text-ink" href="/results.csv" download>
            CSV
          </a>
          <a className="underline underline-offset-4 hover:text-ink" href="/results.json" download>
            JSON
          </a>
        </p>
      </div>
    </div>
  );
}
