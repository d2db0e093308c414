import { useEffect, useRef, useState } from 'react';

/** The shortest interval between two announcements of numbers that change several times a second. */
const PAUSE_MS = 10_000;

/** Announces a changing text to screen readers, at intervals. */
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
