import { existsSync, readFileSync } from 'node:fs';

const LIMITS = '/proc/self/limits';
/** Two sockets and four ends of pipes, and room for connections that are being replaced. */
const FILES_PER_CONNECTION = 7;
const FEWEST = 500;

/**
 * How many connections a server behind a published port may hold: `most`, or fewer where few files may be open. docker-proxy, which passes
 * them on, opens six files for each, and that of engine 20.10 ends for good when it may open no more. It has the engine's limit, as this
 * process has.
 */
export function connectionsWithin(
  most: number,
  limits = existsSync(LIMITS) ? readFileSync(LIMITS, 'utf8') : '',
): number {
  const [, files] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  return files === undefined
    ? most
    : Math.min(most, Math.max(FEWEST, Math.floor(Number(files) / FILES_PER_CONNECTION)));
}
