import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Placeholder } from './placeholder.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A manager that refuses the first update, which a real one wouldn't do at the right moment. */
test('is created with the next container if the manager refused the first order', async () => {
  const orders: string[] = [];
  const docker = {
    async createService() {
      orders.push('create');
      if (orders.length === 1) throw new Error('the manager is away');
    },
    getService: () => ({ remove: async () => void orders.push('remove') }),
  };
  const warn = vi.fn();
  const networks = { all: [{ id: 'f' }, { id: 'w' }] };
  const resources = { image: async () => ({ reference: 'sha256:1', command: [] }) };
  const placeholder = new Placeholder({ docker, stackId: 'a-stack', networks, resources, warn } as never);
  placeholder.hold('an-image');
  await vi.advanceTimersByTimeAsync(10);
  placeholder.hold('an-image');
  placeholder.hold('an-image');
  await vi.advanceTimersByTimeAsync(10);
  expect(orders).toEqual(['create', 'create']);
  expect(warn).toHaveBeenCalledTimes(1);
  placeholder.release();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(orders).toEqual(['create', 'create', 'remove']);
});

test('is removed in the end, however often the manager refuses', async () => {
  const removals: number[] = [];
  const docker = {
    createService: async () => undefined,
    getService: () => ({
      async remove() {
        removals.push(performance.now());
        if (removals.length < 5) throw new Error('the manager is away');
      },
    }),
  };
  const networks = { all: [{ id: 'f' }, { id: 'w' }] };
  const resources = { image: async () => ({ reference: 'sha256:1', command: [] }) };
  const placeholder = new Placeholder({ docker, stackId: 'a-stack', networks, resources, warn: vi.fn() } as never);
  placeholder.hold('an-image');
  placeholder.release();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(removals).toHaveLength(5);
});
