'use client';

import { Announcement } from '../announcement.tsx';
import type { Part } from '../parts.ts';
import { Aside } from './aside.tsx';
import { Counters } from './counters.tsx';
import { LiveTitle } from './live-title.tsx';
import { Picture } from './picture.tsx';
import { PresentersDesk } from './presenters-desk.tsx';
import { Timeline } from './timeline.tsx';
import { useScene } from './use-scene.ts';
import { summary } from './words.ts';

/** The architecture, live. Has its final size before the first message, so nothing jumps. */
export function Stage({ parts, presenter }: { parts: readonly Part[]; presenter: boolean }) {
  const { scene, connection } = useScene(parts.filter(({ aside }) => !aside));
  const { counters } = scene;
  const living = parts.map(({ name }) => ({ name, count: scene.living(name) }));
  return (
    <>
      <div className="mb-3 flex compact:mb-2 flex-wrap items-center justify-between gap-x-6">
        <LiveTitle isSmall={presenter} />
        {presenter && <PresentersDesk />}
      </div>
      <div className="flex flex-col gap-6 compact:gap-2.5 2xl:gap-5">
        <Picture scene={scene} connection={connection} />
        <Aside parts={parts} scene={scene} />
        <Timeline scene={scene} stale={connection === 'lost'} />
        <Counters scene={scene} />
      </div>
      <Announcement text={counters ? summary(living, counters) : ''} />
    </>
  );
}
