import { watchStream } from '../watch-stream.ts';
import type { Tally } from './tally.ts';

/** Handlers for the stream's messages. */
export type News =
  | { kind: 'tally'; tally: Tally }
  /** The server's time, when the connection opens and from then on regularly. */
  | { kind: 'time'; serverTime: string }
  /** Results can't be computed at the moment; the connection is fine. */
  | { kind: 'paused' }
  /** The connection is lost, and will be retried. */
  | { kind: 'lost' };

/** Follows the results as they change, until the returned function is called. */
export const watchResults = (tell: (news: News) => void): (() => void) =>
  watchStream(
    '/streams/results',
    {
      message: (data) => tell({ kind: 'tally', tally: JSON.parse(data) }),
      heartbeat: (data) => tell({ kind: 'time', ...JSON.parse(data) }),
      paused: () => tell({ kind: 'paused' }),
    },
    () => tell({ kind: 'lost' }),
  );
