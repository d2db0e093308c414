import { median } from '../statistics.ts';
import type { Trial } from './trial.ts';

/** One fault's trials as a row of the table. */
export interface Row {
  fault: string;
  trials: number;
  acknowledged: number;
  lost: number;
  double: number;
  left: number;
  stuck: number;
  medianMs: number;
  longestMs: number;
  /** Other problems, without duplicates. */
  problems: string[];
}

export function rowOf(fault: string, trials: readonly Trial[]): Row {
  const sum = (what: (trial: Trial) => number) => trials.reduce((total, trial) => total + what(trial), 0);
  const times = trials.map(({ nextGoodAnswerMs }) => nextGoodAnswerMs).filter((ms) => !Number.isNaN(ms));
  return {
    fault,
    trials: trials.length,
    acknowledged: sum(({ acknowledged }) => acknowledged),
    lost: sum(({ lost }) => lost),
    double: sum(({ double }) => double),
    left: sum(({ left }) => left),
    stuck: sum(({ stuck }) => stuck),
    medianMs: times.length === 0 ? Number.NaN : median(times),
    longestMs: times.length === 0 ? Number.NaN : Math.max(...times),
    problems: [...new Set(trials.flatMap(({ problem }) => problem ?? []))],
  };
}

/** Nothing lost, double, left or stuck, and no other problems. */
export const isGood = ({ trials, acknowledged, lost, double, left, stuck, problems }: Row): boolean =>
  trials > 0 && acknowledged > 0 && lost + double + left + stuck + problems.length === 0;

const HEAD = ['fault', 'trials', 'acknowledged', 'lost', 'double', 'left', 'stuck', 'next good answer (longest)'];

const duration = (ms: number) =>
  Number.isNaN(ms) ? 'none' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

function cells({ fault, trials, acknowledged, lost, double, left, stuck, medianMs, longestMs }: Row): string[] {
  const counts = [trials, acknowledged, lost, double, left, stuck].map((count) => count.toLocaleString('en'));
  return [fault, ...counts, `${duration(medianMs)} (${duration(longestMs)})`];
}

/** The table for a terminal, followed by the problems. */
export function chaosTable(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const problems = rows.flatMap((row) => row.problems.map((problem) => `  ✗ ${row.fault}: ${problem}`));
  return [...lines.map((line) => `  ${line.map(pad).join('  ')}`), ...problems].join('\n');
}

/** The table for a document. */
export function chaosMarkdown(rows: readonly Row[]): string {
  const lines = [HEAD, HEAD.map((_, column) => (column === 0 ? '---' : '--:')), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
