import v8 from 'node:v8';
import vm from 'node:vm';
import type { Feed } from '../model/feed.ts';

const SETTLED_MS = 1_000;

/**
 * Collects garbage once the last container is gone. V8 does so only when it needs room, so a burst's garbage would be
 * carried through the night; at rest nobody is kept waiting by it.
 */
export function tidyAtRest(feed: Feed, isAtRest: () => boolean): void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (how: object) => void;
  let settling: NodeJS.Timeout | undefined;
  feed.subscribe(({ type }) => {
    if (type !== 'container.gone') return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (isAtRest()) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    }, SETTLED_MS);
  });
}
