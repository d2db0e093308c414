/**
 * The messages of the public activity stream: the contract between the launcher and the live page.
 * Times are epoch milliseconds of the launcher's clock. No message contains any part of an event, a result or a request.
 */

export type ContainerState = 'starting' | 'connecting' | 'waiting' | 'running' | 'leaving' | 'gone';

/** How a container ended: its exit status, or that it is unknown (removed by hand, for example). */
export type Ending = number | 'lost';

/** One container, as it is now or was at its end. A later view replaces an earlier one with the same `id`. */
export interface ContainerView {
  id: string;
  name: string;
  containerId?: string;
  state: ContainerState;
  /** Events in flight, and events that it has answered. */
  inFlight: number;
  served: number;
  createdAt: number;
  /** When it polled for its first event, got its first event, and was gone. */
  readyAt?: number;
  busyAt?: number;
  goneAt?: number;
  /** How long its last event took, in milliseconds. */
  runMs?: number;
  ending?: Ending;
}

/** Since the launcher started, except `today`. */
export interface Counters {
  /** Since midnight by the launcher's clock (UTC in its container), or since it started when that was later. */
  today: { since: number; started: number; removed: number };
  removed: number;
  /** Removed containers that had ended with status 0. */
  removedWell: number;
  invocations: number;
  succeeded: number;
  retried: number;
  /** Median duration of the latest invocations, in milliseconds, by start kind; absent when there were none. */
  p50: { cold?: number; prewarmed?: number; warm?: number };
  /** Events per container, of each function's latest reused containers. */
  reused: Record<string, { events: number; containers: number }>;
  /** How often a function has called another one and waited for it: by caller, then by callee. */
  calls?: Record<string, Record<string, number>>;
}

/** The memory of launcher and database, in bytes. */
export interface PermanentMemory {
  launcher: number;
  database: number;
}

/** The same when idle; under load until the system has been idle once. */
export interface Memory extends PermanentMemory {
  idle: boolean;
}

/** Something that the audience should notice. */
export type Moment = { kind: 'retried'; at: number; name: string; containerId: string; reason: string };

/** The first message (event `snapshot`): the whole state, including the containers of the last minute. */
export interface Snapshot {
  now: number;
  since: number;
  containers: ContainerView[];
  /** The functions whose containers stay for further events now. */
  reusing: string[];
  counters: Counters;
  memory?: Memory;
}

/** Every further message (event `changes`): the changes, with several changes of one container combined. */
export interface Changes {
  now: number;
  containers: ContainerView[];
  reusing: string[];
  counters: Counters;
  memory?: Memory;
  moments: Moment[];
}
