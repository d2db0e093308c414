import { watchStream } from '../watch-stream.ts';
import type { Tally } from './tally.ts';

/** What the stream says. */
export type News =
  | { kind: 'tally'; tally: Tally }
  /** Results can't be computed just now; the connection stands. */
  | { kind: 'paused' }
  /** The connection is gone, and will be tried again. */
  | { kind: 'lost' };

/** Follows the results as they change, until the returned function is called. */
export const watchResults = (tell: (news: News) => void): (() => void) =>
  watchStream(
    '/streams/results',
    {
      message: (data) => tell({ kind: 'tally', tally: JSON.parse(data) }),
      paused: () => tell({ kind: 'paused' }),
    },
    () => tell({ kind: 'lost' }),
  );
