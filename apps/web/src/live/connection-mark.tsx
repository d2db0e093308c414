import type { Connection } from './use-scene.ts';

const marks: Record<Connection, { words: string; dot: string }> = {
  connecting: { words: 'Connecting', dot: 'bg-muted' },
  live: { words: 'Live', dot: 'bg-on-demand' },
  lost: { words: 'Reconnecting', dot: 'bg-permanent' },
};

/** Shows whether the picture is live. */
export function ConnectionMark({ connection }: { connection: Connection }) {
  const { words, dot } = marks[connection];
  return (
    <p className="flex items-center gap-2 text-muted text-sm" data-testid="live" data-feed={connection}>
      <span className={`size-2.5 rounded-full ${dot}`} />
      {words}
    </p>
  );
}
