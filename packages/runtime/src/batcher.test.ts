import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';

/** Work that waits until the test continues it. */
function pausedWork() {
  const runs: { items: string[]; finish(): void; fail(reason: unknown): void }[] = [];
  const run = (items: string[]) =>
    new Promise<string[]>((resolve, reject) => {
      runs.push({ items, finish: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
    });
  return { runs, run };
}

test('a lone item runs at once', () => {
  const { runs, run } = pausedWork();
  new Batcher({ run, mayBeOnesFault: () => true }).add('a');
  expect(runs.map(({ items }) => items)).toEqual([['a']]);
});

test('what comes in during a run goes into the next one, and each gets its own answer', async () => {
  const { runs, run } = pausedWork();
  const batcher = new Batcher({ run, mayBeOnesFault: () => true });
  const answers = ['a', 'b', 'c'].map((item) => batcher.add(item));
  runs[0]?.finish();
  await expect.poll(() => runs.length).toBe(2);
  expect(runs[1]?.items).toEqual(['b', 'c']);
  runs[1]?.finish();
  expect(await Promise.all(answers)).toEqual(['A', 'B', 'C']);
  batcher.add('d');
  expect(runs[2]?.items).toEqual(['d']);
});

test('an item that fails, fails alone', async () => {
  const run = async (items: string[]) => {
    if (items.includes('bad')) throw new Error(`can't do ${items}`);
    return items;
  };
  const batcher = new Batcher({ run, mayBeOnesFault: () => true });
  const answers = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((item) => batcher.add(item)));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(answers[2]).toHaveProperty('reason.message', "can't do bad");
});

test("a failure that is no item's fault is told to all, without further tries", async () => {
  let runs = 0;
  const run = async (items: string[]): Promise<string[]> => {
    runs++;
    if (items.includes('a')) return items;
    throw new Error('away');
  };
  const batcher = new Batcher({ run, mayBeOnesFault: () => false });
  const answers = await Promise.allSettled(['a', 'b', 'c', 'd'].map((item) => batcher.add(item)));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
  expect(runs).toBe(2);
});
