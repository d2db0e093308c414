/** Containers are reused while events queue up, and for this long afterwards. */
export const CROWDED_MS = 250;
/** A refill starts this long after an answer, so that it doesn't compete with it, */
export const REFILL_PAUSE_MS = 15;
/** or this long after the container was taken, if the answer takes longer. */
export const REFILL_LATEST_MS = 250;

/** Starts may take this share of the cores: what is left answers. A start keeps a core busy for most of the time that it takes. */
export const START_SHARE = 0.35;
/**
 * Arrivals are averaged over this long. Starts that the budget allowed in it and no event needed are saved: a few events close together use
 * them up, and a crowd does so at once. Without them, two events a second at random moments would often look like more than starts can follow.
 */
export const WINDOW_MS = 2_000;
/** Reuse ends when events arrive less quickly than this part of the rate that starts can follow, so that it does not flap. */
const ENDS_BELOW = 0.7;

/** How quickly events arrive, in the last seconds, and how quickly containers could follow them. */
export interface Pace {
  eventsPerSecond: number;
  /** What the budget for starts allows on this machine, as starts take now. */
  startsPerSecond: number;
  /** Saved starts that were left after the last event; less than 0: there was none for it. */
  savedStarts: number;
  /** How long a start takes. */
  startMs: number;
}

/** A snapshot of a function's containers and queued events. Moments are on the same clock as `now`. */
export interface Situation {
  now: number;
  limits: { concurrency: number; warmPool: number };
  pace: Pace;
  /** Is the pool being closed? Then nothing is kept warm. */
  isClosing: boolean;
  waiting: number;
  /** The first queued event: when it arrived, and whether it needs a container of its own. */
  first: { arrivedAt: number; alone: boolean } | undefined;
  /** All containers, including starts under way; those that are starting; those that are prewarmed. */
  containers: number;
  starting: number;
  prewarmed: number;
  /** Will a container that is in use ask for another event? */
  hasReusable: boolean;
  /** Whether the last start succeeded, and the earliest moment of the next. */
  startsWork: boolean;
  startsAgainAt: number;
  /** While there is activity: until when the warm pool is kept, and when a container that was taken from it is due to be replaced. */
  warmUntil: number;
  refillAt: number | undefined;
  crowdedUntil: number;
}

/** How many containers to start now, or the moment to look again, or none. */
export type Starts = { kind: 'now'; count: number } | { kind: 'later'; at: number } | { kind: 'none' };

/**
 * Starts for events that wait: as many as outnumber the containers that are starting. While a container in use may take the first event, it
 * waits as long as a start takes. So it waits at most about twice as long as it had to, whatever those containers do (the ski rental problem).
 */
export function startsForWaiting(s: Situation): Starts {
  if (!s.first) return { kind: 'none' };
  const patientUntil = s.first.arrivedAt + s.pace.startMs;
  if (!s.first.alone && s.hasReusable && s.now < patientUntil) return { kind: 'later', at: patientUntil };
  return within(s, s.waiting - s.starting);
}

/** Starts for the warm pool: after the answer is out, and not while it is crowded. */
export function refills(s: Situation): Starts {
  const missing = warmPool(s.limits.warmPool, s.pace) - s.starting - s.prewarmed;
  if (s.refillAt === undefined || missing <= 0 || s.isClosing || s.now >= s.warmUntil) return { kind: 'none' };
  const at = Math.max(s.refillAt, s.crowdedUntil);
  return s.now < at ? { kind: 'later', at } : within(s, missing);
}

function within(s: Situation, wanted: number): Starts {
  const room = s.limits.concurrency - s.containers;
  // After a failure, starts go one at a time until one succeeds.
  const most = s.startsWork ? room : Math.min(room, 1 - s.starting);
  const count = Math.min(wanted, most);
  if (count <= 0) return { kind: 'none' };
  return s.now < s.startsAgainAt ? { kind: 'later', at: s.startsAgainAt } : { kind: 'now', count };
}

/** Is a queued start still needed? It isn't counted as starting here. */
export function isStillWanted(s: Situation): boolean {
  const refills = !s.isClosing && s.starting + s.prewarmed < warmPool(s.limits.warmPool, s.pace);
  return (s.waiting > s.starting || refills) && s.now >= s.startsAgainAt;
}

/**
 * For how long containers are kept for the next event instead of being replaced: once events have used up the budget for starts and what
 * was saved of it, and until they arrive well below it.
 */
export function reuseForMs({ eventsPerSecond, startsPerSecond, savedStarts }: Pace): number {
  if (savedStarts >= 0) return 0;
  return Math.max(0, WINDOW_MS * Math.log(eventsPerSecond / (ENDS_BELOW * startsPerSecond)));
}

/** Was there at most one event lately? One event says nothing about the next. */
const isOnlyEvent = ({ eventsPerSecond }: Pace): boolean => (eventsPerSecond * WINDOW_MS) / 1000 < 1.5;

/** How many containers the warm pool may grow beyond its size in the catalog. */
const MOST_EXTRA = 2;
/** Extra containers are reviewed this often, and kept until the rate has fallen to half of what they were started for, so that they don't flap. */
const LOOK_AGAIN_MS = 500;
const STAY_FACTOR = 2;

/** The warm pool's size: what the catalog says, or more if more events are likely to come while one container is replaced (Poisson, 3 σ). */
export function warmPool(least: number, pace: Pace): number {
  if (least === 0 || isOnlyEvent(pace)) return least;
  const meanwhile = (pace.eventsPerSecond * (pace.startMs + REFILL_PAUSE_MS)) / 1000;
  return Math.min(Math.max(least, Math.ceil(meanwhile + 3 * Math.sqrt(meanwhile))), least + MOST_EXTRA);
}

/**
 * Until when a container without events in hand stays for the next one. One that has served stays while it is crowded, and, when more
 * than one event has come lately, until another one is ready: the next event is not to wait for a start.
 * @param rank of a prewarmed one: how many there are, this one included; of one that has served: whether it may serve again
 */
export function staysUntil(
  s: Pick<Situation, 'now' | 'limits' | 'warmUntil' | 'crowdedUntil' | 'prewarmed' | 'pace'>,
  container: { kind: 'prewarmed'; rank: number } | { kind: 'idle'; isReusable: boolean },
): number {
  const { warmPool: least } = s.limits;
  if (container.kind === 'prewarmed') {
    if (container.rank <= least) return s.warmUntil;
    const stays = warmPool(least, { ...s.pace, eventsPerSecond: STAY_FACTOR * s.pace.eventsPerSecond });
    return container.rank <= stays ? Math.min(s.warmUntil, s.now + LOOK_AGAIN_MS) : 0;
  }
  if (!container.isReusable) return 0;
  return least > 0 && s.prewarmed === 0 && !isOnlyEvent(s.pace) ? s.warmUntil : s.crowdedUntil;
}
