import { parsePolls, withPlainLineEnds } from '@serverless-vote/contracts/polls-text';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { Order } from '../presenter/order.ts';
import { type Action, Actions, useKeys } from './actions.tsx';
import { keepQuestions, keptQuestions } from './kept-questions.ts';
import type { Errand } from './use-polls.ts';

const EXAMPLE = 'Cats or dogs?\nCats\nDogs\n\nTabs or spaces?\nTabs\nSpaces\nWhatever the formatter does';

type Props = { errand: Errand; give: (order: Order) => Promise<boolean>; back: () => void };

/** Questions are written or pasted here, and checked while they are written. */
export function WriteView({ errand, give, back }: Props) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    setText(withPlainLineEnds(keptQuestions()));
    field.current?.focus();
  }, []);
  const parsed = parsePolls(text);
  const count = 'polls' in parsed ? parsed.polls.length : 0;

  function change(next: string): void {
    setText(next);
    keepQuestions(next);
  }

  async function add(): Promise<void> {
    if (count === 0 || !(await give({ kind: 'add', text }))) return;
    change('');
    back();
  }

  /** In the field, letters are text; these two are not. */
  function onKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') back();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void add();
  }

  const actions: Action[] = [
    { key: 'Control+Enter', words: addWords(count), act: () => void add(), isMain: count > 0 },
    { key: 'Escape', words: 'Back', act: back },
  ];
  useKeys(actions);
  return (
    <div className="write grid grow gap-x-10 gap-y-4">
      <h1 className="sr-only">Write questions</h1>
      <div className="flex min-h-72 flex-col">
        <label htmlFor="questions" className="pb-2 text-aside">
          A line for the question, a line for each answer, a blank line before the next question
        </label>
        <textarea
          id="questions"
          ref={field}
          value={text}
          onChange={({ target }) => change(withPlainLineEnds(target.value))}
          onKeyDown={onKey}
          placeholder={EXAMPLE}
          spellCheck={false}
          className="grow resize-none rounded-xl border-2 border-line bg-surface p-4 text-aside placeholder:text-muted"
        />
      </div>
      <div className="min-w-0 overflow-y-auto">
        {'polls' in parsed ? (
          <ol className="grid gap-4">
            {parsed.polls.map(({ question, options }, index) => (
              <li key={index} className="wrap-anywhere">
                <p className="font-semibold text-aside">{question}</p>
                <p className="text-muted">{options.map(({ label }) => label).join(' · ')}</p>
              </li>
            ))}
          </ol>
        ) : (
          text.trim() !== '' && (
            <ul className="grid gap-1 text-permanent">
              {parsed.problems.map((problem) => (
                <li key={problem} className="wrap-anywhere">
                  {problem}
                </li>
              ))}
            </ul>
          )
        )}
      </div>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2 pb-4">
        <Actions actions={actions} isBusy={errand.kind === 'sending'} label="Questions" />
        <p role="status" className="text-permanent">
          {errand.kind === 'failed' && errand.words}
        </p>
      </div>
    </div>
  );
}

const addWords = (count: number) =>
  count === 0 ? 'Add to the list' : `Add ${count === 1 ? '1 question' : `${count} questions`}`;
