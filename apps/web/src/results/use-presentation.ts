import { useEffect, useState } from 'react';

/** What the presenter keeps from the room. */
type Presentation = { codeHidden: boolean; numbersHidden: boolean };

const KEPT = 'presentation';

/** What is hidden, and the ways to change it. It outlives a reload: a surprise isn't spoilt by one. */
export function usePresentation() {
  const [presentation, setPresentation] = useState<Presentation>({ codeHidden: false, numbersHidden: false });
  useEffect(() => {
    try {
      setPresentation((before) => ({ ...before, ...JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') }));
    } catch {
      // Whoever forbids storage presents without it.
    }
  }, []);
  const toggle = (what: keyof Presentation) =>
    setPresentation((before) => {
      const after = { ...before, [what]: !before[what] };
      try {
        sessionStorage.setItem(KEPT, JSON.stringify(after));
      } catch {}
      return after;
    });
  return {
    ...presentation,
    toggleCode: () => toggle('codeHidden'),
    toggleNumbers: () => toggle('numbersHidden'),
  };
}

/** The whole screen, or the window again. */
export function toggleFullScreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  // A browser may refuse; then the window stays as it is.
  done.catch(() => {});
}
