import { expect, test } from 'vitest';
import { OtherLoad } from './other-load.ts';
import { measureParts } from './parts.ts';

test('a part that fails, or whose time is over, costs only itself', async () => {
  const problems: Record<string, string> = {};
  const begun: string[] = [];
  const context = {
    signal: new AbortController().signal,
    otherLoad: new OtherLoad(() => () => 0),
    measured: { otherLoad: {} as Record<string, number> },
    failed: (part: string, why: string) => {
      problems[part] = why;
    },
  };
  const endless = ({ signal }: { signal: AbortSignal }) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  await measureParts(
    [
      ['broken', () => Promise.reject(new Error('why'))],
      ['late', endless],
      ['good', async () => void begun.push('good')],
    ],
    context,
    { ending: new AbortController().signal, partMs: 300 },
  );
  expect(problems).toEqual({ broken: 'why' });
  expect(begun).toEqual(['good']);
  expect(context.measured.otherLoad).toEqual({ broken: 0, late: 0, good: 0 });
});
