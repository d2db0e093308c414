import { useCallback, useEffect, useState } from 'react';

const VIEWS = ['desk', 'write', 'join', 'history'] as const;

/** Where the presenter is: which view, and which poll is selected, if one was chosen. */
export interface Place {
  view: (typeof VIEWS)[number];
  poll: string | undefined;
}

/** The place that an address' hash names. */
export function placeFrom(hash: string): Place {
  const told = new URLSearchParams(hash.replace(/^#/, ''));
  return { view: VIEWS.find((view) => view === told.get('view')) ?? 'desk', poll: told.get('poll') ?? undefined };
}

export const hashOf = ({ view, poll }: Place): string =>
  `#${new URLSearchParams({ ...(view !== 'desk' && { view }), ...(poll !== undefined && { poll }) })}`;

/** The place, and a function that changes it. It is kept in the address, so that a reload leads back to it. */
export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState<Place>({ view: 'desk', poll: undefined });
  useEffect(() => {
    const read = () => setPlace(placeFrom(location.hash));
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  const go = useCallback((change: Partial<Place>) => {
    const next = { ...placeFrom(location.hash), ...change };
    history.replaceState(history.state, '', hashOf(next));
    setPlace(next);
  }, []);
  return [place, go];
}
