'use client';

import { type ReactNode, useEffect } from 'react';
import { Actions, useKeys } from './actions.tsx';
import { selectedPoll } from './desk.ts';
import { DeskView } from './desk-view.tsx';
import { HistoryView } from './history-view.tsx';
import { JoinView } from './join-view.tsx';
import { keepQuestions, keptQuestions } from './kept-questions.ts';
import { usePlace } from './use-place.ts';
import { usePolls } from './use-polls.ts';
import { WriteView } from './write-view.tsx';

/** The presenter's page: one of its views. Everything that it shows of a poll is the server's. */
export function PresentStage({ code }: { code: ReactNode }) {
  const { polls, errand, clock, give, read } = usePolls();
  const [{ view, poll: wanted }, go] = usePlace();
  const back = () => go({ view: 'desk' });

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text.trim() === '' || event.target instanceof HTMLTextAreaElement) return;
      keepQuestions([keptQuestions().trim(), text].filter(Boolean).join('\n\n'));
      go({ view: 'write' });
    };
    addEventListener('paste', onPaste);
    return () => removeEventListener('paste', onPaste);
  }, [go]);

  if (view === 'join') return <JoinView code={code} back={back} />;
  if (view === 'write') return <WriteView errand={errand} give={give} back={back} />;
  if (polls.kind === 'loading') return <h1 className="text-muted text-stage">Reading the questions …</h1>;
  if (polls.kind === 'failed') return <Unread words={polls.words} again={read} />;
  const selected = selectedPoll(polls.polls, wanted);
  if (view === 'history') return <HistoryView polls={polls.polls} selected={selected} go={go} />;
  return <DeskView {...{ polls: polls.polls, isLive: polls.isLive, selected, errand, clock, give, go }} />;
}

/** The list can't be had. */
function Unread({ words, again }: { words: string; again: () => Promise<void> }) {
  const actions = [{ key: 'T', words: 'Try again', act: () => void again(), isMain: true }];
  useKeys(actions);
  return (
    <div role="alert">
      <h1 className="pb-6 text-permanent text-stage">{words}</h1>
      <Actions actions={actions} label="Questions" />
    </div>
  );
}
