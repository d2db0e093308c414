import { useEffect, useReducer, useState } from 'react';
import type { Part } from '../parts.ts';
import { Scene } from './scene.ts';
import { watchActivity } from './watch-activity.ts';

/** How often what fades is looked at. */
const SETTLE_MS = 250;

/** How the connection to the launcher does. */
export type Connection = 'connecting' | 'live' | 'lost';

/** The scene, and whether it can be trusted. Whatever comes in, it is drawn once per frame of the screen at most. */
export function useScene(parts: readonly Part[]): { scene: Scene; connection: Connection } {
  const [scene] = useState(() => new Scene(parts));
  const [connection, setConnection] = useState<Connection>('connecting');
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame = 0;
    let settling: ReturnType<typeof setInterval> | undefined;
    const drawSoon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        draw();
      });
      settling ??= setInterval(settle, SETTLE_MS);
    };
    const settle = () => {
      if (!scene.settle()) {
        clearInterval(settling);
        settling = undefined;
      }
      draw();
    };
    const stop = watchActivity((news) => {
      if (news.kind === 'snapshot') scene.begin(news.snapshot);
      else if (news.kind === 'changes') scene.change(news.changes);
      setConnection(news.kind === 'lost' ? 'lost' : 'live');
      drawSoon();
    });
    return () => {
      stop();
      clearInterval(settling);
      cancelAnimationFrame(frame);
    };
  }, [scene]);
  return { scene, connection };
}
