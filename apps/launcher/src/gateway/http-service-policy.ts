import { backoffMs } from '@serverless-vote/contracts/backoff';
import type { ReplicaState } from './replica.ts';

/** After this many failed starts in a row a request gets the error at once instead of waiting for the next start. */
const FAILURES = 3;
/** The longest pause before the next start, so that a repaired image is tried soon. */
const LONGEST_PAUSE_MS = 5_000;

/** A replica as the policy sees it. */
export interface Seen {
  readonly state: { readonly kind: ReplicaState['kind'] };
  readonly inFlight: number;
}

/** The starts that have failed, at once or with the first request, since the last one that worked. */
export interface Failing {
  error: Error;
  failures: number;
  retryAt: number;
}

/** A service at one moment. `limits` come from the catalog. */
export interface Situation<R extends Seen> {
  now: number;
  replicas: readonly R[];
  limits: { replicas: number; requestsPerReplica: number };
  failing: Failing | undefined;
}

/** The next step that makes room for the current requests. */
export type Step<R> =
  | { kind: 'none' }
  | { kind: 'start' }
  | { kind: 'wait for the start'; replica: R }
  | { kind: 'bring back'; replica: R }
  | { kind: 'pause'; ms: number }
  | { kind: 'fail'; error: Error }
  /** All replicas are draining: end them, so that new requests don't have to wait for their last ones. */
  | { kind: 'stop all' };

/** The ready replica with the fewest requests in flight: it gets the next request, and is the first to be stopped. */
export const leastLoaded = <R extends Seen>(replicas: readonly R[]): R | undefined =>
  replicas.filter(({ state }) => state.kind === 'ready').toSorted((a, b) => a.inFlight - b.inFlight)[0];

/** How many replicas the requests in flight need; at least one. */
export function needed({ replicas, limits }: Omit<Situation<Seen>, 'now' | 'failing'>): number {
  const inFlight = replicas.reduce((sum, replica) => sum + replica.inFlight, 0);
  return Math.max(1, Math.ceil(inFlight / limits.requestsPerReplica));
}

/** The next step towards the number of replicas that are needed. While one is ready no request waits, so the step is at most a start. */
export function nextStep<R extends Seen>({ now, replicas, limits, failing }: Situation<R>): Step<R> {
  const find = (kind: ReplicaState['kind']) => replicas.find(({ state }) => state.kind === kind);
  const ready = replicas.filter(({ state }) => state.kind === 'ready').length;
  const unlessReady = (step: Step<R>): Step<R> => (ready > 0 ? { kind: 'none' } : step);
  const starting = find('starting');
  if (starting) return unlessReady({ kind: 'wait for the start', replica: starting });
  if (ready >= needed({ replicas, limits })) return { kind: 'none' };
  const resting = find('resting');
  if (resting) return { kind: 'bring back', replica: resting };
  if (replicas.length >= limits.replicas) return unlessReady({ kind: 'stop all' });
  if (!failing || now >= failing.retryAt) return { kind: 'start' };
  if (failing.failures >= FAILURES) return unlessReady({ kind: 'fail', error: failing.error });
  return unlessReady({ kind: 'pause', ms: failing.retryAt - now });
}

/**
 * The replica that can be stopped: there were more than needed for the whole idle timeout, or the last one had no requests for it.
 * @param neededAt index n: when n replicas were last needed
 */
export function unneeded<R extends Seen>(
  { now, replicas }: Situation<R>,
  neededAt: readonly number[],
  idleTimeoutMs: number,
): R | undefined {
  const ready = replicas.filter(({ state }) => state.kind === 'ready').length;
  const last = leastLoaded(replicas);
  if (!last || (ready === 1 && last.inFlight > 0)) return undefined;
  return now - (neededAt[ready] ?? 0) >= idleTimeoutMs ? last : undefined;
}

export const whyFailing = (failing: Failing | undefined): string | undefined =>
  failing && failing.failures >= FAILURES ? failing.error.message : undefined;

export function afterFailure(failing: Failing | undefined, error: Error, now: number, random?: number): Failing {
  const failures = (failing?.failures ?? 0) + 1;
  return { error, failures, retryAt: now + Math.min(LONGEST_PAUSE_MS, backoffMs(failures, random)) };
}
