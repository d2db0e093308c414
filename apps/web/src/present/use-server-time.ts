import { useEffect, useState } from 'react';
import type { ServerClock } from '../poll/server-clock.ts';

const TICK_MS = 200;

/** The server's time. It stands still while no countdown needs it. */
export function useServerTime(clock: ServerClock, isNeeded: boolean): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    const tick = () => setNow(clock.now() ?? 0);
    tick();
    if (!isNeeded) return;
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [clock, isNeeded]);
  return now;
}
