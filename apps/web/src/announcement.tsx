import { useEffect, useRef, useState } from 'react';

/** How often a screen reader may be interrupted by numbers that change several times a second. */
const PAUSE_MS = 10_000;

/** Reads a changing text aloud, at intervals one can live with. */
export function Announcement({ text }: { text: string }) {
  const [spoken, setSpoken] = useState('');
  const spokenAt = useRef(-PAUSE_MS);
  useEffect(() => {
    if (!text) return;
    const dueMs = Math.max(0, spokenAt.current + PAUSE_MS - performance.now());
    const timer = setTimeout(() => {
      spokenAt.current = performance.now();
      setSpoken(text);
    }, dueMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p role="status" className="sr-only">
      {spoken}
    </p>
  );
}
