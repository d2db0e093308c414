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

/** The table for a terminal, with aligned columns. */
export function terminalTable(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] ?? 0) - [...text].length);
  return rows.map((row) => `  ${row.map(pad).join('  ').trimEnd()}`).join('\n');
}

/** The table for a document. */
export function markdownTable(lines: readonly Line[]): string {
  const rows = lines.map(
    (line) =>
      `| ${cells(line)
        .map((cell) => cell.trim())
        .join(' | ')} |`,
  );
  return [`| ${HEAD.join(' | ')} |`, '|---|---|---|---|---|', ...rows].join('\n');
}
