import { describe, expect, it } from 'vitest';
import { tallyOf } from '../results/told-tally.ts';
import { firstView, viewAfter } from './poll-view.ts';

const at = (second: number, id: string) => {
  const tally = tallyOf([1, 2]);
  return { ...tally, poll: { ...tally.poll, id }, serverTime: new Date(second * 1000).toISOString() };
};
const idOf = (view: ReturnType<typeof firstView>) => view.tally?.poll.id;

describe('what a page knows', () => {
  it('is what the server rendered, until the stream says more', () => {
    const view = firstView(at(10, 'first'));
    expect([idOf(view), view.feed, view.isLive]).toEqual(['first', 'connecting', false]);
    const after = viewAfter(view, { kind: 'tally', tally: at(11, 'second') });
    expect([idOf(after), after.feed, after.isLive]).toEqual(['second', 'live', true]);
  });
  it('stays when a new connection begins with an older question, and follows what comes then', () => {
    const view = viewAfter(firstView(at(10, 'new')), { kind: 'tally', tally: at(5, 'old') });
    expect([idOf(view), view.feed, view.isLive]).toEqual(['new', 'live', true]);
    expect(idOf(viewAfter(view, { kind: 'tally', tally: at(11, 'newer') }))).toBe('newer');
  });
  it('follows the stream even if the server’s clock was set back', () => {
    const live = viewAfter(firstView(undefined), { kind: 'tally', tally: at(10, 'first') });
    expect(idOf(viewAfter(live, { kind: 'tally', tally: at(5, 'second') }))).toBe('second');
  });
  it('is kept while the connection is lost or counting is paused', () => {
    const live = viewAfter(firstView(undefined), { kind: 'tally', tally: at(10, 'first') });
    for (const kind of ['lost', 'paused'] as const) {
      const view = viewAfter(live, { kind });
      expect([idOf(view), view.feed]).toEqual(['first', kind]);
    }
  });
});
