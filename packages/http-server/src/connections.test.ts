import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Connections, type Occupation } from './connections.ts';

/** A limit of connections, and clients by their address. */
function room(places: number) {
  const connections = new Connections(places);
  const enter = (remoteAddress: string, occupation: Occupation = 'idle') => {
    const caller = Object.assign(new EventEmitter(), {
      remoteAddress,
      isClosed: false,
      destroy() {},
    });
    caller.destroy = () => {
      caller.isClosed = true;
      caller.emit('close');
    };
    const socket = caller as unknown as Socket;
    connections.add(socket);
    connections.set(socket, occupation);
    return {
      isClosed: () => caller.isClosed,
      leave: () => caller.destroy(),
      now: (next: Occupation) => connections.set(socket, next),
    };
  };
  return { enter };
}
const closed = (callers: { isClosed(): boolean }[]) => callers.map((caller) => caller.isClosed());

describe('when all places are taken', () => {
  test('the address with the most connections gives one up, though others have older ones', () => {
    const { enter } = room(10);
    const room2 = [enter('10.0.0.1', 'streaming'), enter('10.0.0.2', 'idle')];
    const flood = Array.from({ length: 8 }, () => enter('10.6.6.6', 'streaming'));
    const late = Array.from({ length: 6 }, () => enter('10.6.6.6', 'streaming'));
    expect(closed(room2)).toEqual([false, false]);
    expect(closed(flood)).toEqual([true, true, true, true, true, true, false, false]);
    expect(closed(late)).not.toContain(true);
  });

  test('the addresses of one household are one, since it has as many as it likes', () => {
    const { enter } = room(5);
    const visitor = [enter('2001:db8:1::1', 'streaming'), enter('2001:db8:1::1', 'streaming')];
    const flood = Array.from({ length: 9 }, (_, n) => enter(`2001:db8:666::${n}`, 'streaming'));
    expect(closed(visitor)).toEqual([false, false]);
    expect(closed(flood).filter(Boolean)).toHaveLength(6);
  });

  test('an idle one goes before a stream, and the one that is idle longest first', () => {
    const { enter } = room(4);
    const [stream, first, second, worked] = [enter('a', 'streaming'), enter('a'), enter('a'), enter('a')];
    first.now('working');
    first.now('idle');
    enter('b');
    expect(closed([stream, first, second, worked])).toEqual([false, false, true, false]);
    enter('b');
    expect(closed([stream, first, second, worked])).toEqual([false, false, true, true]);
  });

  test('one at work stays, and a newcomer is turned away only when all are at work', () => {
    const { enter } = room(3);
    const working = [enter('a', 'working'), enter('a', 'working')];
    const other = enter('b', 'streaming');
    const newcomer = enter('a', 'working');
    expect(closed([...working, other, newcomer])).toEqual([false, false, true, false]);
    expect(enter('b').isClosed()).toBe(true);
    working[0]?.leave();
    expect(enter('b').isClosed()).toBe(false);
  });

  test('nobody is closed twice, and every place that was left is there again', () => {
    const { enter } = room(3);
    for (let i = 0; i < 20; i += 1) {
      const three = [enter('a'), enter('b', 'streaming'), enter('c', 'working')];
      expect(closed(three)).toEqual([false, false, false]);
      for (const { leave } of three) leave();
    }
  });
});
