import type { ServerResponse } from 'node:http';
import type { Changes, Memory, PermanentMemory, Snapshot } from '@serverless-vote/contracts/activity';
import { Viewers } from '@serverless-vote/http-server/server-sent-events';
import type { EventBus } from '../model/event-bus.ts';
import { ActivityState } from './activity-state.ts';

/** Changes are sent together, at most this often. */
const PAUSE_MS = 100;
const MEMORY_EVERY_MS = 10_000;
/** How far a viewer may fall behind before it misses changes, in bytes; then it gets a snapshot. */
const BUFFER_LIMIT = 64 * 1024;

/**
 * The public stream of container activity: a snapshot first, then changes, at most ten times a second and none while nothing happens.
 * The size of a message depends on the number of containers that changed, not on the number of events, and a message is encoded once for
 * all viewers. So a burst of votes is cheap to send and to draw.
 */
export class ActivityStream {
  readonly #state: ActivityState;
  readonly #askMemory: () => Promise<PermanentMemory | undefined>;
  readonly #viewers = new Viewers({ bufferLimit: BUFFER_LIMIT, catchUp: () => this.#snapshot() });
  #timer: NodeJS.Timeout | undefined;
  #memory: Memory | undefined;
  #memoryTimer: NodeJS.Timeout | undefined;

  /** @param askMemory the memory of the permanent containers; called only while there are viewers */
  constructor(bus: EventBus, askMemory: () => Promise<PermanentMemory | undefined>) {
    this.#state = new ActivityState(bus, () => this.#sendSoon());
    this.#askMemory = askMemory;
  }

  /** Answers a request with server-sent events until its caller leaves. */
  watch(response: ServerResponse): void {
    // Changes from before the first viewer are in the snapshot.
    if (this.#viewers.size === 0) {
      this.#state.takeChanges();
      this.#memoryTimer = setInterval(() => void this.#measureMemory(), MEMORY_EVERY_MS);
      void this.#measureMemory();
    }
    this.#viewers.add(response, this.#snapshot());
    response.once('close', () => {
      if (this.#viewers.size === 0) clearInterval(this.#memoryTimer);
    });
  }

  /** A measurement under load does not replace one of the idle system. */
  async #measureMemory(): Promise<void> {
    const wasIdle = this.#state.isIdle;
    if (this.#memory?.idle && !wasIdle) return;
    // The engine may be down; this is retried.
    const memory = await this.#askMemory().catch(() => undefined);
    if (!memory) return;
    this.#memory = { ...memory, idle: wasIdle && this.#state.isIdle };
    this.#sendSoon();
  }

  #sendSoon(): void {
    if (this.#viewers.size === 0) return;
    this.#timer ??= setTimeout(() => this.#send(), Math.max(PAUSE_MS, this.#viewers.restMs));
  }

  #send(): void {
    this.#timer = undefined;
    const changes: Changes = { ...this.#now(), ...this.#state.takeChanges() };
    this.#viewers.broadcast(Buffer.from(`event: changes\ndata: ${JSON.stringify(changes)}\n\n`));
  }

  #snapshot(): Buffer {
    const { since, containers } = this.#state;
    const snapshot: Snapshot = { ...this.#now(), since, containers };
    return Buffer.from(`event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`);
  }

  #now(): Pick<Snapshot, 'now' | 'counters' | 'reusing' | 'memory'> {
    const memory = this.#memory;
    const { counters, reusing } = this.#state;
    return { now: Date.now(), counters, reusing, ...(memory && { memory }) };
  }
}
