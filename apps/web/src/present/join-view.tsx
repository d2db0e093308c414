import type { ReactNode } from 'react';
import { toggleFullScreen } from '../results/use-presentation.ts';
import { type Action, Actions, useKeys } from './actions.tsx';

/** What the room needs to join: a QR code as large as the screen allows, and the address in letters. */
export function JoinView({ code, back }: { code: ReactNode; back: () => void }) {
  const actions: Action[] = [
    { key: 'Escape', words: 'Back', act: back },
    { key: 'F', words: 'Full screen', act: toggleFullScreen },
  ];
  // In full screen the browser keeps the escape key for itself.
  useKeys([...actions, { key: 'J', words: 'Back', act: back }]);
  return (
    <div className="join" data-testid="join">
      <h1 className="sr-only">Join the vote</h1>
      {code}
      <div className="keys absolute right-5 bottom-4">
        <Actions actions={actions} label="Join screen" />
      </div>
    </div>
  );
}
