/** So many in a row are no accident. */
const IN_A_ROW = 3;
/** What happened longer ago says nothing of now: nobody may have tried since. */
const RECENT_MS = 15_000;
/**
 * What a program says that did not mean to fail: Node's and Postgres' own errors, and those that the launcher reports in a function's
 * place. A function that refuses an event has a name of its own for that (`InvalidEvent`, say), and works.
 */
const UNMEANT = /^(error|Error|\w*(Type|Range|Reference|Syntax|Aggregate|System)Error|(Runtime|Sandbox|Function)\..*)$/;

/** How each function's last invocations went, as far as that says whether the next one will succeed. */
export class RecentFailures {
  readonly #inARow = new Map<string, { count: number; last: string; at: number }>();

  /** @param failure what went wrong, in words; without it the function answered */
  note(name: string, failure?: string): void {
    if (failure === undefined) this.#inARow.delete(name);
    else {
      const count = (this.#inARow.get(name)?.count ?? 0) + 1;
      this.#inARow.set(name, { count, last: failure, at: performance.now() });
    }
  }

  /** A function's own error, by its type. */
  noteError(name: string, errorType: string): void {
    this.note(name, UNMEANT.test(errorType) ? errorType : undefined);
  }

  /** Why an invocation of this function would probably fail now. */
  why(name: string): string | undefined {
    const found = this.#inARow.get(name);
    if (!found || found.count < IN_A_ROW || performance.now() - found.at > RECENT_MS) return undefined;
    return `the last ${found.count} invocations of ${name} failed: ${found.last}`;
  }
}
