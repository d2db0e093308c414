import type { ListedPoll, PollList } from '@serverless-vote/list-polls/contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ServerClock } from '../poll/server-clock.ts';
import { askServer } from '../presenter/ask-server.ts';
import type { Order } from '../presenter/order.ts';
import type { Tally } from '../results/tally.ts';
import { watchResults } from '../results/watch-results.ts';
import { isOutdated, withCurrent } from './desk.ts';

/** The polls, as far as this page knows them. */
export type Polls =
  | { kind: 'loading' }
  | { kind: 'failed'; words: string }
  | { kind: 'ready'; polls: ListedPoll[]; isLive: boolean };

/** The order that was given last. */
export type Errand = { kind: 'none' } | { kind: 'sending' } | { kind: 'failed'; words: string };

const POLLS = '/presenter/polls';

/** How long to wait before the list is read again after that failed. */
const PAUSE_MS = 2_000;

/** Reading the list: one request at a time, and once more if it was wanted meanwhile. `for`: the news that it was read for. */
type Reading = { isBusy: boolean; isWanted: boolean; notBefore: number; for?: Tally };

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** All polls, as the server has them, and a function to give an order, one at a time. */
export function usePolls() {
  const [list, setList] = useState<PollList>();
  const [trouble, setTrouble] = useState<string>();
  const [current, setCurrent] = useState<Tally>();
  const [isLive, setLive] = useState(true);
  const [errand, setErrand] = useState<Errand>({ kind: 'none' });
  const [clock] = useState(() => new ServerClock());
  const isSending = useRef(false);
  const reading = useRef<Reading>({ isBusy: false, isWanted: false, notBefore: 0 });

  const take = useCallback(
    (answer: PollList) => {
      clock.hear(answer.serverTime);
      // The answers of two requests may overtake each other.
      setList((before) => (before && before.serverTime > answer.serverTime ? before : answer));
      setTrouble(undefined);
    },
    [clock],
  );

  const read = useCallback(async () => {
    reading.current.isWanted = true;
    if (reading.current.isBusy) return;
    reading.current.isBusy = true;
    while (reading.current.isWanted) {
      reading.current.isWanted = false;
      await askServer<PollList>(POLLS).then(take, (error) => {
        reading.current.notBefore = Date.now() + PAUSE_MS;
        setTrouble(wordsOf(error));
      });
    }
    reading.current.isBusy = false;
  }, [take]);

  useEffect(() => {
    const listening = new AbortController();
    const readIfSeen = () => void (document.hidden || read());
    // Another browser of the presenter's may have added questions, of which the stream says nothing.
    document.addEventListener('visibilitychange', readIfSeen, { signal: listening.signal });
    void read();
    const leave = watchResults((news) => {
      setLive(news.kind !== 'lost');
      if (news.kind === 'time') clock.hear(news.serverTime);
      if (news.kind !== 'tally') return;
      clock.hear(news.tally.serverTime);
      setCurrent(news.tally);
    });
    return () => {
      listening.abort();
      leave();
    };
  }, [read, clock]);

  useEffect(() => {
    if (!list || !current || !isOutdated(list, current)) return;
    if (reading.current.for === current || Date.now() < reading.current.notBefore) return;
    reading.current.for = current;
    void read();
  }, [list, current, read]);

  const give = useCallback(
    async (order: Order): Promise<boolean> => {
      if (isSending.current) return false;
      isSending.current = true;
      setErrand({ kind: 'sending' });
      try {
        const answer = await askServer<PollList | { polls?: never }>(POLLS, order);
        if (answer.polls) take(answer);
        else void read();
        setErrand({ kind: 'none' });
        return true;
      } catch (error) {
        setErrand({ kind: 'failed', words: wordsOf(error) });
        return false;
      } finally {
        isSending.current = false;
      }
    },
    [take, read],
  );

  return { polls: pollsOf(list, current, isLive, trouble), errand, clock, give, read };
}

function pollsOf(
  list: PollList | undefined,
  current: Tally | undefined,
  isLive: boolean,
  trouble: string | undefined,
): Polls {
  if (list) return { kind: 'ready', polls: withCurrent(list, current), isLive };
  return trouble === undefined ? { kind: 'loading' } : { kind: 'failed', words: trouble };
}
