import { writeFileSync } from 'node:fs';

const isTerminal = process.stderr.isTTY;

const LOGGED_EVERY_MS = 10_000;
let loggedAt = Number.NEGATIVE_INFINITY;

/** What the bench is doing now: one line that changes on a terminal, in a log a line now and then. */
export function progress(text: string): void {
  if (isTerminal) process.stderr.write(`\r\x1b[K  … now         ${text}`);
  else if (performance.now() - loggedAt > LOGGED_EVERY_MS) {
    loggedAt = performance.now();
    process.stderr.write(`  … now         ${text}\n`);
  }
}

/** A line that stays. */
export function say(text: string): void {
  process.stderr.write(`${isTerminal ? '\r\x1b[K' : ''}${text}\n`);
}

/** A line that says how it went: whoever takes the stacks down says it once more when that is done, as the last of all. */
export function lastLine(text: string): void {
  if (process.env.LAST_LINE) writeFileSync(process.env.LAST_LINE, text);
  else say(text);
}
