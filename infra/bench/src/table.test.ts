import { expect, it } from 'vitest';
import { markdownTable, terminalTable } from './table.ts';
import type { Line } from './verdict.ts';

const lines: Line[] = [
  { row: 'naive', measured: '250 ms', compared: '', target: '', met: undefined },
  { row: 'prewarmed', measured: '5.0 ms', compared: '50 × faster', target: '≥ 40 ×', met: true },
  { row: 'cold', measured: '190 ms', compared: '0.76 × naive', target: '≤ 0.6 ×', met: false },
  { row: 'idle', measured: '', compared: 'not measured', target: '≤ 110 MiB', met: undefined },
];

it('lines its columns up, whatever characters are in them', () => {
  const [, naive = '', prewarmed = '', cold = ''] = terminalTable(lines).split('\n');
  expect(naive.indexOf('250')).toBe(prewarmed.indexOf('5.0'));
  expect(cold.indexOf('≤')).toBe(prewarmed.indexOf('≥'));
});

it('says met, not met, or that a target was not measured; a baseline has no verdict', () => {
  const verdicts = terminalTable(lines)
    .split('\n')
    .map((line) => /(met|NOT MET|not measured)$/.exec(line)?.[0]);
  expect(verdicts).toEqual([undefined, undefined, 'met', 'NOT MET', 'not measured']);
});

it('has as many columns in each row of a document', () => {
  const columns = markdownTable(lines)
    .split('\n')
    .map((line) => line.split('|').length);
  expect(new Set(columns)).toEqual(new Set([7]));
});

it('marks what was measured beside other load', () => {
  const marked = lines.map((line) => ({ ...line, besideLoad: true }));
  const ends = terminalTable(marked)
    .split('\n')
    .slice(1)
    .map((line) => /(?:met|NOT MET|not measured)? ?\*$/.exec(line)?.[0].trim());
  expect(ends).toEqual(['*', 'met *', 'NOT MET *', 'not measured *']);
});
