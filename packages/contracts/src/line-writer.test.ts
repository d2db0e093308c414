import { expect, it, vi } from 'vitest';
import { LineWriter } from './line-writer.ts';

it('writes the lines of a moment at once, in their order', () => {
  vi.useFakeTimers();
  const write = vi.fn();
  const writer = new LineWriter({ write });
  for (const line of ['a\n', 'b\n', 'c\n']) writer.write(line);
  expect(write).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20);
  expect(write.mock.calls).toEqual([['a\nb\nc\n']]);
  writer.write('d\n');
  vi.advanceTimersByTime(20);
  expect(write.mock.calls).toEqual([['a\nb\nc\n'], ['d\n']]);
  vi.useRealTimers();
});

it('loses nothing when the process ends by itself', () => {
  const before = process.listeners('exit');
  const write = vi.fn();
  new LineWriter({ write }).write('last\n');
  const [added] = process.listeners('exit').filter((listener) => !before.includes(listener));
  (added as () => void)();
  expect(write.mock.calls).toEqual([['last\n']]);
});
