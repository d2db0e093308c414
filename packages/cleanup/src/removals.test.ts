import type { Engine, SandboxSpec } from '@serverless-vote/engine';
import { describe, expect, test, vi } from 'vitest';
import { Removals } from './removals.ts';

const refused = new Error('device or resource busy');

/** An engine that refuses every removal until `gives` is set. */
function stubborn() {
  const engine = {
    gives: false,
    asked: [] as string[],
    start: vi.fn(async (_spec: SandboxSpec) => {
      throw new Error('no start');
    }),
    stop: async () => undefined,
    list: async () => ['stray'],
    async remove(id: string) {
      engine.asked.push(id);
      if (!engine.gives) throw refused;
    },
  };
  return engine satisfies Engine & object;
}

const until = (condition: () => boolean) => expect.poll(condition, { interval: 1 }).toBe(true);

describe('a removal that the engine refuses', () => {
  test('is retried after growing pauses until the container is gone', async () => {
    const engine = stubborn();
    const pauses: number[] = [];
    const removals = new Removals(engine, (failures) => {
      pauses.push(failures);
      return 1;
    });
    await expect(removals.remove('a')).rejects.toBe(refused);
    expect([...removals.overdue]).toEqual(['a']);
    await until(() => engine.asked.length > 5);
    engine.gives = true;
    await until(() => removals.overdue.size === 0);
    expect(pauses).toEqual(pauses.map((_, index) => index + 1));
    expect(new Set(engine.asked)).toEqual(new Set(['a']));
  });

  test('is not asked for twice at a time', async () => {
    const engine = stubborn();
    const removals = new Removals(engine, () => 60_000);
    await expect(removals.remove('a')).rejects.toBe(refused);
    await removals.remove('a');
    expect(engine.asked).toEqual(['a']);
  });

  test('does not keep a launcher from starting, and is not counted as a leak again', async () => {
    const engine = stubborn();
    const removals = new Removals(engine, () => 60_000);
    expect(await removals.sweep(() => new Set())).toBe(1);
    expect(await removals.sweep(() => new Set())).toBe(0);
  });

  test('keeps containers from being started once there are fifty of them', async () => {
    const engine = stubborn();
    const removals = new Removals(engine, () => 60_000);
    for (let i = 0; i < 50; i += 1) await removals.remove(`c${i}`).catch(() => undefined);
    await expect(removals.start({ sandboxId: 'new' } as SandboxSpec)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(engine.start).not.toHaveBeenCalled();
  });
});

test('the container of a start that failed is removed', async () => {
  const engine = stubborn();
  const removals = new Removals(engine, () => 60_000);
  await expect(removals.start({ sandboxId: 'half' } as SandboxSpec)).rejects.toThrow('no start');
  expect(engine.asked).toEqual(['half']);
  expect([...removals.overdue]).toEqual(['half']);
});

/** An engine that has these sandboxes; `alive` may change while it lists them. */
function engineWith(ids: string[], whileListing: () => void = () => undefined) {
  const removed: string[] = [];
  return {
    ...stubborn(),
    removed,
    list: async () => {
      whileListing();
      return ids;
    },
    remove: async (id: string) => void removed.push(id),
  };
}

test('a sweep removes sandboxes that are not known, and counts them', async () => {
  const engine = engineWith(['ours', 'stray', 'another']);
  expect(await new Removals(engine).sweep(() => new Set(['ours']))).toBe(2);
  expect(engine.removed).toEqual(['stray', 'another']);
});

test('a sweep does not count one that leaves during the sweep', async () => {
  const alive = new Set(['leaving']);
  const engine = engineWith(['leaving'], () => alive.clear());
  expect(await new Removals(engine).sweep(() => new Set(alive))).toBe(0);
  expect(engine.removed).toEqual([]);
});

test('a sweep does not count one that starts during the sweep', async () => {
  const alive = new Set<string>();
  const engine = engineWith(['newcomer'], () => alive.add('newcomer'));
  expect(await new Removals(engine).sweep(() => new Set(alive))).toBe(0);
  expect(engine.removed).toEqual([]);
});
