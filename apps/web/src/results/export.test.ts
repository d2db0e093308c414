import { describe, expect, it } from 'vitest';
import { asCsv, asJson } from './export.ts';

const tally = {
  question: 'Which?',
  options: [
    { id: 'a', label: 'Plain', votes: 2 },
    { id: 'b', label: 'With "quotes", and a comma', votes: 1 },
  ],
  total: 3,
  updatedAt: '2026-01-02T03:04:05.000Z',
};

describe('the export', () => {
  it('as CSV has an option a line, and survives what labels may hold', () => {
    expect(asCsv(tally)).toBe('id,label,votes,percent\r\na,Plain,2,67\r\nb,"With ""quotes"", and a comma",1,33\r\n');
  });
  it.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@a', `"'@a"`],
    ['＝1', `"'＝1"`],
    ['\0=1', `"'\0=1"`],
    ['\t=1', `"'\t'=1"`],
    ['\r=1', `"'\r'=1"`],
    ['\n"=1', `"'\n""=1"`],
    // Where a spreadsheet separates by semicolons, a cell begins in the middle.
    ['a;=1', `"a;'=1"`],
    ["it's a-b = c;-", `"it's a-b = c;'-"`],
    ["it's a-b = c", "it's a-b = c"],
  ])('as CSV gives a spreadsheet no formula to run: %j', (label, written) => {
    expect(asCsv({ ...tally, options: [{ id: 'a', label, votes: 0 }] })).toBe(
      `id,label,votes,percent\r\na,${written},0,0\r\n`,
    );
  });
  it('has the total only while the numbers are hidden', () => {
    const options = tally.options.map((option) => ({ ...option, votes: null }));
    expect(asCsv({ ...tally, options })).toBe('total\r\n3\r\n');
  });
  it('as JSON leaves such a label as it is', () => {
    const options = [{ id: 'a', label: '=1+1', votes: 0 }];
    expect(JSON.parse(asJson({ ...tally, options }))).toMatchObject({ options });
  });
  it('as JSON is what the function answers', () => {
    expect(JSON.parse(asJson(tally))).toEqual(tally);
  });
});
