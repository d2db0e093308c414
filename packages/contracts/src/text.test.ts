import { expect, test } from 'vitest';
import { beginningOf, endOf, storable } from './text.ts';

const emoji = '😀'.repeat(60);

test.each([1, 2, 59, 60, 119, 120, 121])('a text that is cut after %d units is still a text', (most) => {
  for (const cut of [beginningOf(emoji, most), endOf(emoji, most)]) {
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.length).toBeLessThanOrEqual(most);
    expect(cut.length).toBeGreaterThanOrEqual(Math.min(most, emoji.length) - 1);
  }
});

test('what Postgres would refuse is replaced, and nothing else', () => {
  expect(storable('a\0b\ud83dc\ude00d😀\n')).toBe('a\ufffdb\ufffdc\ufffdd😀\n');
});
