import { useEffect, useReducer, useState } from 'react';
import type { Part } from '../parts.ts';
import { Scene } from './scene.ts';
import { watchActivity } from './watch-activity.ts';

/** How often fading containers are checked. */
const SETTLE_MS = 250;

/** The state of the connection to the launcher. */
export type Connection = 'connecting' | 'live' | 'lost';

/** The scene, and whether it is live. Drawn at most once per frame, however many messages arrive. */
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
