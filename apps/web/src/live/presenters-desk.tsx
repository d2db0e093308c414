import { useState } from 'react';
import { askServer } from '../presenter/ask-server.ts';
import { inMs, number } from './words.ts';

type Said = { words: string; failed?: boolean };

/** The presenter's controls: cast sample votes, kill a container. */
export function PresentersDesk() {
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState(false);

  async function order<Answer>(path: string, body: object, words: (answer: Answer) => string): Promise<void> {
    setBusy(true);
    try {
      setSaid({ words: words(await askServer<Answer>(path, body)) });
    } catch (error) {
      setSaid({ words: (error as Error).message, failed: true });
    }
    setBusy(false);
  }

  return (
    <section aria-label="Presenter" className="contents">
      <div className="flex flex-wrap gap-2">
        {[1, 10, 100].map((count) => (
          <DeskButton key={count} disabled={busy} onClick={() => order('/presenter/votes', { count }, castWords)}>
            {count === 1 ? 'Cast 1 vote' : `Cast ${count} votes`}
          </DeskButton>
        ))}
        <DeskButton disabled={busy} onClick={() => order('/presenter/kill', {}, killWords)}>
          Kill a container at work
        </DeskButton>
      </div>
      <p
        data-testid="desk"
        role="status"
        className={`blank mt-2 min-h-6 w-full compact:mt-0 compact:min-h-5 compact:text-sm sm:mt-1 sm:text-lg ${said?.failed ? 'text-permanent' : ''}`}
      >
        {said?.words}
      </p>
    </section>
  );
}

function DeskButton({ disabled, onClick, children }: { disabled: boolean; onClick: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-disabled={disabled}
      onClick={() => disabled || onClick()}
      className="cursor-pointer rounded-full border-2 border-ink bg-surface px-4 py-2 font-medium compact:py-0.5 sm:py-1 hover:bg-ink hover:text-paper aria-disabled:cursor-default aria-disabled:border-line aria-disabled:bg-surface aria-disabled:text-muted"
    >
      {children}
    </button>
  );
}

type Cast = { votes: number; containers: number; durationMs: number };
const castWords = ({ votes, containers, durationMs }: Cast) =>
  `${votes === 1 ? '1 vote' : `${number(votes)} votes`} recorded by ${containers === 1 ? '1 container' : `${containers} containers`} in ${inMs(durationMs)}.`;

type Kill = { killed: string; recordedBy: string; durationMs: number };
const killWords = ({ killed, recordedBy, durationMs }: Kill) =>
  `Killed ${killed} with a vote in flight. ${recordedBy} got the vote, and it was recorded ${inMs(durationMs)} after it was cast: nothing is lost.`;
