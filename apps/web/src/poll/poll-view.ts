import type { Tally } from '../results/tally.ts';
import type { News } from '../results/watch-results.ts';

/** The state of the connection to the results. */
export type Feed = 'connecting' | 'live' | 'paused' | 'lost';

/** `isLive`: the stream has confirmed the tally, or replaced it. */
export type PollView = { tally: Tally | undefined; feed: Feed; isLive: boolean };

/** What a page knows at first. @param tally what the server rendered */
export const firstView = (tally: Tally | undefined): PollView => ({ tally, feed: 'connecting', isLive: false });

/** What a page knows after a message of the stream. */
export function viewAfter(view: PollView, news: Exclude<News, { kind: 'time' }>): PollView {
  if (news.kind !== 'tally') return { ...view, feed: news.kind };
  // A new connection starts with the last tally that somebody watched, which may be older than the page.
  const isOlder = !view.isLive && view.tally && Date.parse(news.tally.serverTime) < Date.parse(view.tally.serverTime);
  return { tally: isOlder ? view.tally : news.tally, feed: 'live', isLive: true };
}
