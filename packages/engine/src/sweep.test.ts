import { expect, test } from 'vitest';
import { sweep } from './sweep.ts';

/** An engine that has these sandboxes; `alive` may change while it lists them. */
function engineWith(ids: string[], whileListing: () => void = () => undefined) {
  const removed: string[] = [];
  return {
    removed,
    list: async () => {
      whileListing();
      return ids;
    },
    remove: async (id: string) => void removed.push(id),
  };
}

test('removes sandboxes that are not known, and counts them', async () => {
  const engine = engineWith(['ours', 'stray', 'another']);
  expect(await sweep(engine, () => new Set(['ours']))).toBe(2);
  expect(engine.removed).toEqual(['stray', 'another']);
});

test('does not count one that leaves during the sweep', async () => {
  const alive = new Set(['leaving']);
  const engine = engineWith(['leaving'], () => alive.clear());
  expect(await sweep(engine, () => new Set(alive))).toBe(0);
  expect(engine.removed).toEqual([]);
});

test('does not count one that starts during the sweep', async () => {
  const alive = new Set<string>();
  const engine = engineWith(['newcomer'], () => alive.add('newcomer'));
  expect(await sweep(engine, () => new Set(alive))).toBe(0);
  expect(engine.removed).toEqual([]);
});
