/**
 * What viewers of the public activity stream are told: the contract between the launcher and the page that draws it.
 * Times are epoch milliseconds of the launcher's clock. Nothing of an event, a result or a request is in it.
 */

export type ContainerState = 'starting' | 'connecting' | 'waiting' | 'running' | 'leaving' | 'gone';

/** How a container ended: its exit status, or that nobody can tell (removed by hand, say). */
export type Ending = number | 'lost';

/** One container, as it is now or was when it left. A later view of the same `id` takes the place of an earlier one. */
export interface ContainerView {
  id: string;
  name: string;
  containerId?: string;
  state: ContainerState;
  /** Events in its hands, and events that it has answered. */
  inFlight: number;
  served: number;
  createdAt: number;
  /** When it asked for its first event, had its first event, and was gone. */
  readyAt?: number;
  busyAt?: number;
  goneAt?: number;
  /** What its last event took, in milliseconds. */
  runMs?: number;
  ending?: Ending;
}

/** Since the launcher started, except `today`. */
export interface Counters {
  /** Since midnight by the launcher's clock (UTC in its container), or since it started when that was later. */
  today: { since: number; started: number; removed: number };
  removed: number;
  /** Of the removed ones: those that ended with status 0. */
  removedWell: number;
  invocations: number;
  succeeded: number;
  retried: number;
  /** Half of the latest invocations took less than this, in milliseconds, by start kind; absent when there were none. */
  p50: { cold?: number; prewarmed?: number; warm?: number };
  /** Events per container, of each function's latest containers that took several. */
  reused: Record<string, { events: number; containers: number }>;
}

/** What launcher and database hold, in bytes. */
export interface PermanentMemory {
  launcher: number;
  database: number;
}

/** The same, when idle, or, before that was ever seen, at work. */
export interface Memory extends PermanentMemory {
  idle: boolean;
}

/** Something that the audience should not miss. */
export type Moment = { kind: 'retried'; at: number; name: string; containerId: string; reason: string };

/** The first message (event `snapshot`): everything there is to know, the containers of the last minute included. */
export interface Snapshot {
  now: number;
  since: number;
  containers: ContainerView[];
  counters: Counters;
  memory?: Memory;
}

/** Every further message (event `changes`): what has changed, several changes of one container as one. */
export interface Changes {
  now: number;
  containers: ContainerView[];
  counters: Counters;
  memory?: Memory;
  moments: Moment[];
}
