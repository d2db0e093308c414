import type { Readable } from 'node:stream';
import { Lines } from './lines.ts';
import { beginningOf } from './text.ts';

const LINE_LIMIT = 8 * 1024;
const TOTAL_LIMIT = 1024 * 1024;
/** What a line costs at least: the work for it doesn't depend on its length. */
const LINE_COST = 64;

/**
 * Calls `onLine` for every line of a container's output. A line over 8 KB is split; after 1 MB in total, or 16,384 lines, the rest is read
 * and dropped, so that endless output fills neither memory nor log, nor keeps the launcher busy.
 */
export function followOutput(output: Readable, onLine: (line: string) => void): void {
  const lines = new Lines();
  let total = 0;
  const add = (line: string) => {
    if (total > TOTAL_LIMIT) return;
    total += Math.max(line.length, LINE_COST);
    onLine(total > TOTAL_LIMIT ? 'Too much output: the rest is dropped' : line);
  };
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    if (total > TOTAL_LIMIT) return;
    const complete = lines.take(chunk);
    if (lines.pending.length > LINE_LIMIT) {
      complete.push(lines.pending);
      lines.pending = '';
    }
    for (const line of complete) for (const piece of piecesOf(line)) add(piece);
  });
  output.on('end', () => {
    if (lines.pending !== '') add(lines.pending);
  });
  output.on('error', () => undefined);
}

function* piecesOf(line: string): Generator<string> {
  let rest = line;
  do {
    const piece = beginningOf(rest, LINE_LIMIT);
    yield piece;
    rest = rest.slice(piece.length);
  } while (rest !== '');
}
