import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tallyOf } from './told-tally.ts';
import { type News, watchResults } from './watch-results.ts';

/** A browser with one tab, as far as the stream is concerned. */
class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  static get open() {
    return FakeSource.all.filter(({ closed }) => !closed);
  }
  readonly url: string;
  closed = false;
  onerror: () => void = () => {};

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }
  close() {
    this.closed = true;
  }
}

let tab: EventTarget & { hidden: boolean };
let browser: EventTarget;
let news: News[];
let stop: () => void;
const tally = tallyOf([0, 0]);

function show(visible: boolean) {
  tab.hidden = !visible;
  tab.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  vi.useFakeTimers();
  tab = Object.assign(new EventTarget(), { hidden: false });
  browser = new EventTarget();
  vi.stubGlobal('document', tab);
  vi.stubGlobal('EventSource', FakeSource);
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  FakeSource.all = [];
  news = [];
  stop = watchResults((item) => news.push(item));
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a viewer of the results', () => {
  it('gets every tally and every pause', () => {
    const [source] = FakeSource.open;
    source?.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(tally) }));
    source?.dispatchEvent(new Event('paused'));
    expect(source?.url).toBe('/streams/results');
    expect(news).toEqual([{ kind: 'tally', tally }, { kind: 'paused' }]);
  });
  it('has no connection in a hidden tab, and one again when it is shown', () => {
    show(false);
    expect(FakeSource.open).toHaveLength(0);
    show(true);
    expect(FakeSource.open).toHaveLength(1);
  });
  it('opens none in a tab that starts hidden', () => {
    stop();
    tab.hidden = true;
    stop = watchResults(() => {});
    expect(FakeSource.open).toHaveLength(0);
  });
  it('reconnects after a break with growing pauses, one connection at a time', () => {
    for (const patienceMs of [625, 1250, 2500, 5000, 10_000, 10_000]) {
      FakeSource.open[0]?.onerror();
      expect(FakeSource.open).toHaveLength(0);
      vi.advanceTimersByTime(patienceMs);
      expect(FakeSource.open).toHaveLength(1);
    }
    expect(news.every(({ kind }) => kind === 'lost')).toBe(true);
  });
  it('reconnects when it has heard nothing for 35 s, and says so', () => {
    const [silent] = FakeSource.open;
    vi.advanceTimersByTime(34_999);
    expect(FakeSource.open).toEqual([silent]);
    vi.advanceTimersByTime(1);
    expect(news).toEqual([{ kind: 'lost' }]);
    expect(silent?.closed).toBe(true);
    vi.advanceTimersByTime(625);
    expect(FakeSource.open).toHaveLength(1);
  });
  it('stays connected while there are heartbeats, which tell the time', () => {
    const [source] = FakeSource.open;
    const serverTime = '2026-01-01T00:00:00.000Z';
    for (let beats = 0; beats < 10; beats += 1) {
      vi.advanceTimersByTime(30_000);
      source?.dispatchEvent(new MessageEvent('heartbeat', { data: JSON.stringify({ serverTime }) }));
    }
    expect(FakeSource.open).toEqual([source]);
    expect(news).toEqual(Array(10).fill({ kind: 'time', serverTime }));
  });
  it('reconnects at once when the network is back', () => {
    FakeSource.open[0]?.onerror();
    browser.dispatchEvent(new Event('online'));
    expect(FakeSource.open).toHaveLength(1);
  });
  it('leaves nothing behind', () => {
    stop();
    show(true);
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.open).toHaveLength(0);
  });
});
