import { writeFileSync } from 'node:fs';

const isTerminal = process.stderr.isTTY;

const LOGGED_EVERY_MS = 10_000;
let loggedAt = Number.NEGATIVE_INFINITY;

/** What the benchmark is doing: one changing line on a terminal, an occasional line in a log. */
export function progress(text: string): void {
  if (isTerminal) process.stderr.write(`\r\x1b[K  … now         ${text}`);
  else if (performance.now() - loggedAt > LOGGED_EVERY_MS) {
    loggedAt = performance.now();
    process.stderr.write(`  … now         ${text}\n`);
  }
}

/** Prints a permanent line. */
export function say(text: string): void {
  process.stderr.write(`${isTerminal ? '\r\x1b[K' : ''}${text}\n`);
}

/** Prints the summary, which is repeated as the last line after the stacks have been removed. */
export function lastLine(text: string): void {
  if (process.env.LAST_LINE) writeFileSync(process.env.LAST_LINE, text);
  else say(text);
}
