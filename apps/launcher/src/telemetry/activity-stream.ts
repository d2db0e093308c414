import type { ServerResponse } from 'node:http';
import type { Changes, Memory, Snapshot } from '@serverless-vote/contracts/activity';
import type { PermanentMemory } from '@serverless-vote/engine';
import { Viewers } from '@serverless-vote/http-server/server-sent-events';
import type { EventBus } from '../model/event-bus.ts';
import { ActivityState } from './activity-state.ts';
import { MemoryWatch } from './memory-watch.ts';

/** Changes are told together, at most this often. */
const PAUSE_MS = 100;
/** What a viewer may be behind before changes are left out for it; then it gets a snapshot. */
const BUFFER_LIMIT = 64 * 1024;

/**
 * What happens, for the public: a snapshot first, then what has changed, ten times a second at most and not at all while
 * nothing happens. A message grows with the number of containers that changed, never with the number of events, and is made
 * once for all viewers: so a burst of votes stays easy to send, and to draw.
 */
export class ActivityStream {
  readonly #state: ActivityState;
  readonly #memory: MemoryWatch;
  readonly #viewers = new Viewers({ bufferLimit: BUFFER_LIMIT, catchUp: () => this.#snapshot() });
  #timer: NodeJS.Timeout | undefined;

  /** @param askMemory what the permanent containers hold; asked only while somebody watches */
  constructor(bus: EventBus, askMemory: () => Promise<PermanentMemory | undefined>) {
    const tellSoon = () => {
      if (this.#viewers.size === 0) return;
      this.#timer ??= setTimeout(() => this.#tell(), Math.max(PAUSE_MS, this.#viewers.restMs));
    };
    this.#state = new ActivityState(bus, tellSoon);
    this.#memory = new MemoryWatch(askMemory, () => this.#state.living === 0, tellSoon);
  }

  /** Answers a request with server-sent events until its caller leaves. */
  watch(response: ServerResponse): void {
    // What happened while nobody watched is in the snapshot.
    if (this.#viewers.size === 0) this.#state.takeChanges();
    this.#viewers.add(response, this.#snapshot());
    this.#memory.start();
    response.once('close', () => {
      if (this.#viewers.size === 0) this.#memory.stop();
    });
  }

  #tell(): void {
    this.#timer = undefined;
    const changes: Changes = { ...this.#now(), ...this.#state.takeChanges() };
    this.#viewers.broadcast(Buffer.from(`event: changes\ndata: ${JSON.stringify(changes)}\n\n`));
  }

  #snapshot(): Buffer {
    const { since, containers } = this.#state;
    const snapshot: Snapshot = { ...this.#now(), since, containers };
    return Buffer.from(`event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`);
  }

  #now(): { now: number; counters: Snapshot['counters']; memory?: Memory } {
    const { latest } = this.#memory;
    return { now: Date.now(), counters: this.#state.counters, ...(latest && { memory: latest }) };
  }
}
