import { useLayoutEffect, useRef } from 'react';

/** What a key, and the button that shows it, do. */
export interface Action {
  /** As `KeyboardEvent.key` has it, letters in upper case, and as `aria-keyshortcuts` wants it. */
  key: string;
  words: string;
  act: () => void;
  /** The button that is wanted most at the moment. */
  isMain?: boolean;
}

const SHOWN: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', 'Control+Enter': 'Ctrl ⏎' };

/** Who types in a field means letters. */
const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;

/** Lets keys act while the component is there, from the moment it is painted: a busy browser runs other effects later. */
export function useKeys(actions: readonly Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
      if (isField(event.target)) return;
      const pressed = event.key.length === 1 ? event.key.toUpperCase() : event.key;
      const action = latest.current.find(({ key }) => key === pressed);
      if (!action) return;
      event.preventDefault();
      action.act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** A key's button. `isBusy`: a request is in flight, and another press does nothing. */
export function ActionButton({ action, isBusy = false }: { action: Action; isBusy?: boolean }) {
  const { key, words, act, isMain } = action;
  return (
    <button
      type="button"
      onClick={act}
      aria-disabled={isBusy}
      aria-keyshortcuts={key}
      data-main={isMain}
      className="action cursor-pointer rounded-full border-2 border-line bg-surface px-3.5 py-1.5 font-medium hover:border-ink aria-disabled:cursor-progress aria-disabled:opacity-60 data-[main=true]:border-ink data-[main=true]:bg-ink data-[main=true]:text-paper"
    >
      <kbd className="mr-2 rounded-sm border border-current px-1.5 font-sans">{SHOWN[key] ?? key}</kbd>
      {words}
    </button>
  );
}

/** A group of keys. */
export function Actions({
  actions,
  isBusy = false,
  label,
}: {
  actions: readonly Action[];
  isBusy?: boolean;
  label: string;
}) {
  return (
    <ul aria-label={label} className="flex flex-wrap gap-2">
      {actions.map((action) => (
        <li key={action.key}>
          <ActionButton action={action} isBusy={isBusy} />
        </li>
      ))}
    </ul>
  );
}
