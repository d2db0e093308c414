import { useEffect, useState } from 'react';
import type { Feed } from '../poll/poll-view.ts';
import type { ServerClock } from '../poll/server-clock.ts';

type Props = {
  feed: Feed;
  isClosed: boolean;
  /** When the numbers last changed, by the server's clock. */
  updatedAt: string | undefined;
  clock: ServerClock;
};

const dots: Record<Feed, string> = {
  connecting: 'bg-muted',
  live: 'bg-on-demand',
  paused: 'bg-permanent',
  lost: 'bg-permanent',
};

/** Shows whether the numbers are live, and how old they are. */
export function LiveMark({ feed, isClosed, updatedAt, clock }: Props) {
  const now = useEachSecond(clock);
  const changed = updatedAt && now ? `, changed ${ageInWords(now - Date.parse(updatedAt))}` : '';
  const words: Record<Feed, string> = {
    connecting: 'Connecting',
    live: `${isClosed ? 'Closed' : 'Live'}${changed}`,
    paused: `Counting is paused${changed}`,
    lost: `Reconnecting${changed}`,
  };
  return (
    <p
      className="flex items-center gap-2.5 whitespace-nowrap sm:min-w-[13em] text-aside text-muted tabular-nums"
      data-testid="live"
      data-feed={feed}
    >
      <span className={`size-2.5 shrink-0 rounded-full ${dots[feed]}`} />
      {words[feed]}
    </p>
  );
}

/** The server's time, updated every second; undefined before hydration. */
function useEachSecond(clock: ServerClock): number | undefined {
  const [now, setNow] = useState<number>();
  useEffect(() => {
    const tick = () => setNow(clock.now());
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [clock]);
  return now;
}

/** An age in words. */
export function ageInWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}
