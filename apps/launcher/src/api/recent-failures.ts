import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { EventBus } from '../model/event-bus.ts';

/** This many in a row are no accident. */
const IN_A_ROW = 3;
/** What happened longer ago says nothing about now: nobody may have tried since. */
const RECENT_MS = 15_000;
/**
 * The errors of a program that did not mean to fail: Node's and Postgres' own, and those that the launcher reports in a function's
 * place. A function that refuses an event has a name of its own for that (`InvalidEvent`, say), and works.
 */
const UNMEANT = /^(error|Error|\w*(Type|Range|Reference|Syntax|Aggregate|System)Error|(Runtime|Sandbox|Function)\..*)$/;

/** How each function's last invocations went, as far as that says whether the next one will succeed. */
export class RecentFailures {
  readonly #inARow = new Map<string, { count: number; last: string; at: number }>();

  constructor(bus: EventBus) {
    bus.subscribe((event) => {
      if (event.type === 'invocation.finished') this.#learnFrom(event);
    });
  }

  /** Why an invocation of this function would probably fail now. */
  why(name: string): string | undefined {
    const found = this.#inARow.get(name);
    if (!found || found.count < IN_A_ROW || performance.now() - found.at > RECENT_MS) return undefined;
    return `the last ${found.count} invocations of ${name} failed: ${found.last}`;
  }

  #learnFrom({ name, outcome, failure }: PublishedEvent & { type: 'invocation.finished' }): void {
    const isAnswered = outcome !== 'throttled' && outcome !== 'abandoned' && outcome !== 'unavailable';
    const isFailure = failure !== undefined && (!isAnswered || UNMEANT.test(failure));
    if (isFailure) {
      const count = (this.#inARow.get(name)?.count ?? 0) + 1;
      this.#inARow.set(name, { count, last: failure, at: performance.now() });
    } else if (isAnswered) this.#inARow.delete(name);
  }
}
