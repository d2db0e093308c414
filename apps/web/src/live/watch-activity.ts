import type { Changes, Snapshot } from '@serverless-vote/contracts/activity';
import { watchStream } from '../watch-stream.ts';

/** Handlers for the stream's messages. */
export type News = { kind: 'snapshot'; snapshot: Snapshot } | { kind: 'changes'; changes: Changes } | { kind: 'lost' };

/** Follows the activity stream until the returned function is called. */
export const watchActivity = (tell: (news: News) => void): (() => void) =>
  watchStream(
    '/streams/activity',
    {
      snapshot: (data) => tell({ kind: 'snapshot', snapshot: JSON.parse(data) }),
      changes: (data) => tell({ kind: 'changes', changes: JSON.parse(data) }),
    },
    () => tell({ kind: 'lost' }),
  );
