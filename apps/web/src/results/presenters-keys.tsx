import { useLayoutEffect, useRef } from 'react';

export type Key = { key: string; words: string; pressed?: boolean; act: () => void };

/** The legend of the presenter's keys. Each is also a button, so the keys need not be memorized. */
export function PresentersKeys({ keys }: { keys: readonly Key[] }) {
  const latest = useRef(keys);
  latest.current = keys;
  // Before the first paint: a busy browser runs other effects later, and a key that is shown acts.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      latest.current.find(({ key }) => key === event.key.toUpperCase())?.act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <ul className="flex flex-wrap gap-x-5" aria-label="Presenter’s keys">
      {keys.map(({ key, words, pressed, act }) => (
        <li key={key}>
          <button
            type="button"
            onClick={act}
            aria-pressed={pressed}
            aria-keyshortcuts={key}
            className="cursor-pointer rounded-md py-1 hover:text-ink"
          >
            <kbd className="mr-1.5 rounded-sm border border-line px-1.5 py-0.5 font-sans">{key}</kbd>
            {words}
          </button>
        </li>
      ))}
    </ul>
  );
}
