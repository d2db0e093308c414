import { useEffect, useMemo, useState } from 'react';
import type { Receipt } from '../receipt.ts';
import { openBallotBox } from './ballot-box.ts';
import { onceVotingGoesOn } from './once-voting-goes-on.ts';
import type { Problem } from './problem.ts';
import type { Status } from './status.ts';

/** What a ballot shows: the choice, optimistically before there is an answer, and then the receipt. */
type View = { choice: string | undefined; status: Status; receipt: Receipt | undefined };

/** The state of one voter's ballot, and a function that casts it. */
export function useBallot(receipt: Receipt | undefined, problem: Problem | undefined, isPaused: boolean) {
  const [view, setView] = useState<View>(() => ({
    choice: receipt?.choice,
    status: problem ? { kind: 'failed', problem } : isPaused ? { kind: 'paused' } : restingStatus(receipt),
    receipt,
  }));
  const box = useMemo(() => openBallotBox((status, receipt) => setView(viewAfter(status, receipt))), []);
  useEffect(() => {
    // A reload should not show the problem again.
    if (problem) history.replaceState(null, '', '/');
  }, [problem]);
  const isPausedNow = view.status.kind === 'paused' || isPausedProblem(view.status);
  useEffect(() => {
    if (!isPausedNow) return;
    return onceVotingGoesOn(() => setView((before) => ({ ...before, status: restingStatus(before.receipt) })));
  }, [isPausedNow]);
  const cast = (choice: string) => {
    setView((before) => ({ ...before, choice }));
    box.cast(choice);
  };
  return { ...view, cast };
}

/** A vote that was posted without a script, and refused: the page doesn't know it any more. */
const isPausedProblem = (status: Status) => status.kind === 'failed' && status.problem === 'paused';

const restingStatus = (receipt: Receipt | undefined): Status => ({ kind: receipt ? 'recorded' : 'open' });

const viewAfter =
  (status: Status, receipt: Receipt | undefined) =>
  (before: View): View => {
    if (receipt) {
      const changed = before.receipt && before.receipt.choice !== receipt.choice;
      return { choice: receipt.choice, status: changed ? { kind: 'changed' } : status, receipt };
    }
    // A choice that wasn't recorded is reset.
    return { ...before, status, choice: status.kind === 'failed' ? before.receipt?.choice : before.choice };
  };
