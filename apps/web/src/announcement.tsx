import { useEffect, useRef, useState } from 'react';

/** The shortest interval between two announcements of numbers that change several times a second. */
const PAUSE_MS = 10_000;

/** Announces a changing text to screen readers: at intervals, but another topic at once. */
export function Announcement({ text, topic = '' }: { text: string; topic?: string }) {
  const [spoken, setSpoken] = useState('');
  const last = useRef({ at: -PAUSE_MS, topic });
  useEffect(() => {
    const isAwaited = last.current.topic === topic;
    if (!text) return;
    const dueMs = isAwaited ? Math.max(0, last.current.at + PAUSE_MS - performance.now()) : 0;
    const timer = setTimeout(() => {
      last.current = { at: performance.now(), topic };
      setSpoken(text);
    }, dueMs);
    return () => clearTimeout(timer);
  }, [text, topic]);
  return (
    <p role="status" className="sr-only">
      {spoken}
    </p>
  );
}
