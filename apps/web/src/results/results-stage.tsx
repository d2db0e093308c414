'use client';

import type { ReactNode } from 'react';
import { Question } from '../app/question.tsx';
import type { Poll } from '../poll.ts';
import { Board } from './board.tsx';
import { PresentersKeys } from './presenters-keys.tsx';
import { toggleFullScreen, usePresentation } from './use-presentation.ts';

type Props = { poll: Poll; servedAt: number; code: ReactNode; withoutScript: ReactNode };

/** The question, the QR code, the results, and the presenter's keys. */
export function ResultsStage({ poll, servedAt, code, withoutScript }: Props) {
  const { codeHidden, numbersHidden, toggleCode, toggleNumbers } = usePresentation();
  const keys = [
    { key: 'F', words: 'full screen', act: toggleFullScreen },
    { key: 'Q', words: codeHidden ? 'show the QR code' : 'hide the QR code', act: toggleCode },
    { key: 'N', words: numbersHidden ? 'reveal the numbers' : 'hide the numbers', act: toggleNumbers },
  ];
  return (
    <div className="grid grow grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto_auto] sm:grid-cols-[minmax(0,1fr)_auto]">
      <Question className="py-4 sm:py-5">{poll.question}</Question>
      <div
        className="row-span-2 pt-4 pb-6 pl-8 max-sm:hidden lg:pl-14 2xl:pl-20 [@media(hover:none)_and_(width<64rem)]:hidden"
        hidden={codeHidden}
      >
        {code}
      </div>
      {withoutScript}
      <Board options={poll.options} servedAt={servedAt} secret={numbersHidden} />
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
