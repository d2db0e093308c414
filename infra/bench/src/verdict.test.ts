import { expect, it } from 'vitest';
import { isWithin, Lines, spread } from './verdict.ts';

const measured = { series: { naive: { samples: [250], discarded: 0 } }, facts: { left: 1 }, details: {} };
const lines = () => new Lines({ ...measured, otherLoad: { calm: 0.02, busy: 0.6 } });

it('meets a bound that it touches', () => {
  expect(isWithin(40, { atLeast: 40 })).toBe(true);
  expect(isWithin(0, { atMost: 0 })).toBe(true);
  expect(isWithin(2.51, { atMost: 2.5 })).toBe(false);
});

it('has no verdict on what was not measured', () => {
  const table = lines();
  table.compare('cold', '', [table.samples('cold'), table.samples('naive'), 'naive'], { atMost: 0.6 });
  table.number('', '', [table.fact('unknown'), ' MiB'], { atMost: 110 });
  expect(table.lines.map(({ compared, met }) => [compared, met])).toEqual([
    ['not measured', undefined],
    ['not measured', undefined],
  ]);
});

it('compares medians', () => {
  const table = lines();
  table.compare('prewarmed', '', [table.samples('naive'), [5, 5, 5], 'faster than naive'], { atLeast: 40 });
  expect(table.lines[0]).toMatchObject({ compared: '50 × faster than naive (50 to 50)', target: '≥ 40 ×', met: true });
});

it('shows small times with a decimal', () => {
  expect(spread([4.25, 4.25])).toBe('4.3 ms (p95 4.3 ms)');
  expect(spread([254.4])).toBe('254 ms (p95 254 ms)');
  expect(spread([])).toBe('not measured');
});

it('notes which lines were measured while others used the processors', () => {
  const table = lines();
  for (const part of ['calm', 'busy', 'left out']) {
    table.part = part;
    table.baseline(part, '1 ms');
  }
  expect(table.lines.filter(({ besideLoad }) => besideLoad).map(({ row }) => row)).toEqual(['busy']);
});
