import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { stateOf, wordsFor } from './desk.ts';

/** The state of a poll, to be read from the back of a room. */
export function StateBanner({ poll, now }: { poll: ListedPoll; now: number }) {
  const state = stateOf(poll);
  // Without the seconds, which would be announced one by one.
  const spoken = state.kind === 'open' ? { ...state, closesAt: undefined } : state;
  return (
    <div className="banner" data-state={state.kind} data-hidden={state.hidden || undefined}>
      <p className="banner-state" data-testid="state" aria-hidden="true">
        {wordsFor(state, now)}
      </p>
      <p role="status" className="sr-only">
        {wordsFor(spoken, now)}
        {state.kind === 'open' && state.closesAt !== undefined && ', with a countdown'}
      </p>
    </div>
  );
}
