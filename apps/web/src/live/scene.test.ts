import type { Changes, ContainerView, Counters } from '@serverless-vote/contracts/activity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FADE_MS, Scene } from './scene.ts';

const counters: Counters = {
  ...{
    today: { since: 0, started: 0, removed: 0 },
    reused: {},
    removed: 0,
    removedWell: 0,
    invocations: 0,
    succeeded: 0,
    retried: 0,
  },
  p50: {},
};
const part = { name: 'record-vote', limit: 2 };
const container = (id: string, more: Partial<ContainerView> = {}): ContainerView => ({
  ...{ id, name: part.name, state: 'waiting', inFlight: 0, served: 0, createdAt: Date.now() },
  ...more,
});
const changes = (...containers: ContainerView[]): Changes => ({
  ...{ now: Date.now(), containers, counters, reusing: [], moments: [] },
});
const ids = (scene: Scene) => scene.slots(part).map((view) => view?.id);

let scene: Scene;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  scene = new Scene([part]);
});
afterEach(() => vi.useRealTimers());

describe('the scene', () => {
  it('has an empty slot for each container that there may be', () => {
    expect(ids(scene)).toEqual([undefined, undefined]);
    expect(scene.living()).toBe(0);
  });

  it('starts with the living containers, by the launcher’s clock', () => {
    const now = Date.now() + 5_000;
    scene.begin({ now, since: 0, counters, reusing: [], containers: [container('a', { createdAt: now - 10 })] });
    expect(scene.now()).toBe(now);
    expect(ids(scene)).toEqual(['a', undefined]);
  });

  it('keeps a container in its place until it has faded', () => {
    scene.change(changes(container('a'), container('b')));
    scene.change(changes(container('a', { state: 'gone', goneAt: Date.now() })));
    expect(ids(scene)).toEqual(['a', 'b']);
    expect(scene.living(part.name)).toBe(1);
    vi.advanceTimersByTime(FADE_MS + 1);
    expect(ids(scene)).toEqual([undefined, 'b']);
  });

  it('gives a new container the slot of one that fades out if there is no other', () => {
    scene.change(changes(container('a'), container('b')));
    scene.change(changes(container('b', { state: 'gone', goneAt: Date.now() }), container('c')));
    expect(ids(scene)).toEqual(['a', 'c']);
  });

  it('never shows more than fit, however many start and end', () => {
    for (let i = 0; i < 300; i += 1) {
      const id = `c${i}`;
      scene.change(changes(container(id)));
      vi.advanceTimersByTime(50);
      scene.change(changes(container(id, { state: 'gone', goneAt: Date.now() })));
    }
    expect(scene.slots(part)).toHaveLength(2);
    expect([...scene.containers].length).toBe(300);
    vi.advanceTimersByTime(60_001);
    scene.settle();
    expect([...scene.containers]).toEqual([]);
  });

  it('shows for a moment that there was traffic to a part', () => {
    scene.change(changes(container('a', { state: 'leaving', served: 1 })));
    expect(scene.isFlowing(part.name)).toBe(true);
    vi.advanceTimersByTime(2_000);
    expect(scene.settle()).toBe(false);
    expect(scene.isFlowing(part.name)).toBe(false);
  });
});
