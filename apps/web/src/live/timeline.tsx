import { useEffect, useRef } from 'react';
import type { Scene } from './scene.ts';
import { drawTimeline } from './timeline-drawing.ts';

/** Per frame the drawing moves a pixel on the largest screens; more frames would show nothing more. */
const FRAME_MS = 33;
const CALM_FRAME_MS = 1_000;

const legend = [
  { name: 'always there', dot: 'bg-permanent' },
  { name: 'starting', dot: 'bg-phase-1' },
  { name: 'ready', dot: 'bg-phase-3' },
  { name: 'at work', dot: 'bg-on-demand' },
];

/** The last minute: a line for each slot, and a bar for each container that was in it. */
export function Timeline({ scene, stale }: { scene: Scene; stale: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    let drawnAt = Number.NEGATIVE_INFINITY;
    let frame = 0;
    const draw = (now: number) => {
      frame = requestAnimationFrame(draw);
      if (now - drawnAt < (calm.matches ? CALM_FRAME_MS : FRAME_MS)) return;
      drawnAt = now;
      drawTimeline(context, scene);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [scene]);
  return (
    <section aria-labelledby="last-minute">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6">
        <h2 id="last-minute" className="font-semibold text-lg compact:text-base sm:text-xl">
          The last minute
        </h2>
        <ul className="flex flex-wrap gap-x-4 text-muted text-sm 2xl:text-base" aria-hidden="true">
          {legend.map(({ name, dot }) => (
            <li key={name} className="flex items-center gap-1.5">
              <span className={`size-2.5 rounded-xs ${dot}`} />
              {name}
            </li>
          ))}
        </ul>
      </div>
      <canvas
        ref={canvas}
        role="img"
        aria-label="Each bar is a container, from its start to its end: red ones run through, green ones come and go."
        data-stale={stale || undefined}
        className="mt-2 h-44 w-full compact:mt-1 compact:h-[clamp(5rem,100svh-40.5rem,12rem)] sm:h-48 xl:h-[clamp(9rem,100svh-58rem,12rem)]"
      />
    </section>
  );
}
