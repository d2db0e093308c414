import { useEffect, useRef, useState } from 'react';
import type { Receipt } from '../receipt.ts';
import { type BallotBox, openBallotBox } from './ballot-box.ts';
import { onceVotingGoesOn } from './once-voting-goes-on.ts';
import type { Problem } from './problem.ts';
import type { Status } from './status.ts';

/** What a ballot shows: the choice, optimistically before there is an answer, and then the receipt. */
type View = { choice: string | undefined; status: Status; receipt: Receipt | undefined };

/** What the server knows when it renders the page. */
export type Beginning = { receipt: Receipt | undefined; problem: Problem | undefined; isPaused: boolean };

type Round = { poll: string; isOpen: boolean; onLate: () => void; onLeft: (isUnderWay: boolean) => void };

/** The state of one voter's ballot in one round of voting, and a function that casts it. */
export function useBallot({ receipt, problem, isPaused }: Beginning, { poll, isOpen, onLate, onLeft }: Round) {
  const [view, setView] = useState<View>(() => ({
    choice: receipt?.choice,
    status: firstStatus(problem) ?? (isPaused ? { kind: 'paused' } : restingStatus(receipt)),
    receipt,
  }));
  const box = useRef<BallotBox>(undefined);
  useEffect(() => {
    if (!isOpen) return;
    const opened = openBallotBox(poll, (status, receipt) => {
      setView(viewAfter(status, receipt));
      if (status.kind === 'late') onLate();
    });
    box.current = opened;
    return () => opened.close();
  }, [poll, isOpen]);
  useEffect(() => () => onLeft(box.current?.abandon() ?? false), []);
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
    box.current?.cast(choice);
  };
  return { ...view, cast };
}

/** The status after a vote that was posted without a script, and refused. */
function firstStatus(problem: Problem | undefined): Status | undefined {
  if (problem === 'closed') return { kind: 'late', unsure: false };
  return problem && { kind: 'failed', problem };
}

/** A vote that was posted without a script, and refused: the page doesn't know it any more. */
const isPausedProblem = (status: Status) => status.kind === 'failed' && status.problem === 'paused';

const restingStatus = (receipt: Receipt | undefined): Status => ({ kind: receipt ? 'recorded' : 'open' });

const viewAfter =
  (status: Status, receipt: Receipt | undefined) =>
  (before: View): View => {
    if (receipt) {
      const changed = status.kind === 'recorded' && before.receipt && before.receipt.choice !== receipt.choice;
      return { choice: receipt.choice, status: changed ? { kind: 'changed' } : status, receipt };
    }
    // A choice that wasn't recorded is reset.
    const isReset = status.kind === 'failed' || status.kind === 'late';
    return { ...before, status, choice: isReset ? before.receipt?.choice : before.choice };
  };
