import { useCallback, useEffect, useState } from 'react';

const VIEWS = ['desk', 'write', 'join', 'history'] as const;

/** Where the presenter is: which view, and which poll is selected, if one was chosen. */
export interface Place {
  view: (typeof VIEWS)[number];
  poll: string | undefined;
}

/** The place that an address' query names. */
export function placeFrom(query: string): Place {
  const told = new URLSearchParams(query);
  return { view: VIEWS.find((view) => view === told.get('view')) ?? 'desk', poll: told.get('poll') ?? undefined };
}

export const queryOf = ({ view, poll }: Place): string =>
  `?${new URLSearchParams({ ...(view !== 'desk' && { view }), ...(poll !== undefined && { poll }) })}`;

/**
 * The place, and a function that changes it. It is kept in the address, so that a reload leads back to it: in its query, because the gateway's
 * page that waits for web doesn't reload an address with a hash.
 */
export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState<Place>({ view: 'desk', poll: undefined });
  useEffect(() => {
    const read = () => setPlace(placeFrom(location.search));
    read();
    addEventListener('popstate', read);
    return () => removeEventListener('popstate', read);
  }, []);
  const go = useCallback((change: Partial<Place>) => {
    const next = { ...placeFrom(location.search), ...change };
    history.replaceState(history.state, '', queryOf(next));
    setPlace(next);
  }, []);
  return [place, go];
}
