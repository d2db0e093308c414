import { setTimeout as pause } from 'node:timers/promises';
import { auditOf } from '../src/chaos/audit.ts';
import { holdVotes } from '../src/chaos/hold-votes.ts';
import type { Audit } from '../src/chaos/ledger.ts';
import { Load } from '../src/chaos/load.ts';
import type { VotingStack } from '../src/voting-stack.ts';

const FIRST_ANSWER_MS = 120_000;
const CALM_MS = 1_000;

export interface Outcome extends Audit {
  /** The time from the fault until both endpoints acknowledged a vote that was sent after it. */
  nextGoodAnswerMs: number;
}

export interface Scene {
  load: Load;
  /** Runs `strike` while at least ten votes are in the middle of their statements. */
  midBurst(strike: () => Promise<unknown>): Promise<void>;
}

/**
 * Injects a fault under load at both endpoints, and compares the answers with the database.
 * @param happens resolves when the fault has happened
 * @param recoveryMs the time within which the service has to recover
 * @param afterwards undoes the fault; the load continues meanwhile, and after it
 */
export async function underLoad(
  { stack, signal }: { stack: VotingStack; signal: AbortSignal },
  happens: (scene: Scene) => Promise<void>,
  recoveryMs: number,
  afterwards?: () => Promise<unknown>,
): Promise<Outcome> {
  const load = new Load(stack);
  const midBurst = async (strike: () => Promise<unknown>) => {
    const hold = await holdVotes({ stack, load, signal });
    await strike().finally(() => hold.release());
  };
  load.start();
  try {
    await load.goodAnswerAfter(Date.now(), FIRST_ANSWER_MS, signal);
    await happens({ load, midBurst });
    const nextGoodAnswerMs = await load.goodAnswerAfter(Date.now(), recoveryMs, signal);
    if (afterwards) {
      await afterwards();
      await load.goodAnswerAfter(Date.now(), recoveryMs, signal);
    }
    await pause(CALM_MS);
    await load.stop();
    return { ...(await auditOf(load.ledger, stack)), nextGoodAnswerMs };
  } finally {
    await load.stop();
  }
}
