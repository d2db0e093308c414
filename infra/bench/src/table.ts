import type { Line } from './verdict.ts';

const HEAD = ['', 'measured: p50 (p95)', 'compared', 'target', ''];
const VERDICT = new Map<boolean | undefined, string>([
  [true, 'met'],
  [false, 'NOT MET'],
  [undefined, ''],
]);

/** Marks what was measured next to other load. */
const MARK = '*';

const cells = ({ row, measured, compared, target, met, besideLoad }: Line): string[] => [
  row,
  measured,
  compared,
  target,
  [target !== '' && met === undefined ? 'not measured' : VERDICT.get(met), besideLoad ? MARK : '']
    .filter(Boolean)
    .join(' '),
];

/** The table for a terminal. */
export const terminalTable = (lines: readonly Line[]): string => alignedRows([HEAD, ...lines.map(cells)]);

/** The table for a document. */
export const markdownTable = (lines: readonly Line[]): string =>
  markdownRows([HEAD, ...lines.map((line) => cells(line).map((cell) => cell.trim()))]);

/** Rows with aligned columns; the first one is the head. */
export function alignedRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] ?? 0) - [...text].length);
  return rows.map((row) => `  ${row.map(pad).join('  ').trimEnd()}`).join('\n');
}

/** The same in Markdown. */
export function markdownRows([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
