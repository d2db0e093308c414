import { useEffect, useState } from 'react';

/** What the presenter hides from the room. */
type Presentation = { codeHidden: boolean; numbersHidden: boolean };

const KEPT = 'presentation';

/** What is hidden, and functions to change it. It survives a reload, so that a reload doesn't spoil the surprise. */
export function usePresentation() {
  const [presentation, setPresentation] = useState<Presentation>({ codeHidden: false, numbersHidden: false });
  useEffect(() => {
    try {
      setPresentation((before) => ({ ...before, ...JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') }));
    } catch {
      // The browser blocks storage: go on without it.
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

/** Toggles full screen. */
export function toggleFullScreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  // A browser may refuse; then the window stays as it is.
  done.catch(() => {});
}
