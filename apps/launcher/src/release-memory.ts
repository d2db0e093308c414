import v8 from 'node:v8';
import vm from 'node:vm';
import type { EventBus } from './model/event-bus.ts';

const SETTLED_MS = 1_000;

/**
 * Runs V8's garbage collector once when the last container is gone, and so returns memory to the system. V8 itself collects only when it
 * needs room, so an idle launcher would keep the garbage of a burst for hours. While the system is idle, the pause delays no request.
 */
export function releaseMemoryWhenIdle(bus: EventBus, isIdle: () => boolean): void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (how: object) => void;
  let settling: NodeJS.Timeout | undefined;
  bus.subscribe(({ type }) => {
    if (type !== 'container.gone') return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (isIdle()) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    }, SETTLED_MS);
  });
}
