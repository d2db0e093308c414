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
  it('as JSON is what the function answers', () => {
    expect(JSON.parse(asJson(tally))).toEqual(tally);
  });
});
