import type { ServerResponse } from 'node:http';
import type { Changes, Memory, Snapshot } from '@serverless-vote/contracts/activity';
import type { PermanentMemory } from '@serverless-vote/engine';
import type { EventBus } from '../model/event-bus.ts';
import { Census } from './census.ts';
import { MemoryWatch } from './memory-watch.ts';

/** Changes are told together, at most this often. */
const PAUSE_MS = 100;
/** And so many times as rarely as telling all viewers takes: thousands of them leave the launcher time for votes. */
const BREAK = 4;
const HEARTBEAT_MS = 15_000;
/** What a viewer may be behind before changes are left out for it; then it gets a snapshot. */
const BUFFER_LIMIT = 64 * 1024;
/** A viewer that takes nothing for this long is let go; its browser reconnects. */
const STALLED_MS = 30_000;

interface Viewer {
  response: ServerResponse;
  behindSince: number | undefined;
}

/**
 * What happens, for the public: a snapshot first, then what has changed, ten times a second at most and not at all while
 * nothing happens. A message grows with the number of containers that changed, never with the number of events, and is made
 * once for all viewers: so a burst of votes stays easy to send, and to draw.
 */
export class ActivityStream {
  readonly #census: Census;
  readonly #memory: MemoryWatch;
  readonly #viewers = new Set<Viewer>();
  #breakMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  /** @param askMemory what the permanent containers hold; asked only while somebody watches */
  constructor(bus: EventBus, askMemory: () => Promise<PermanentMemory | undefined>) {
    const tellSoon = () => {
      if (this.#viewers.size > 0) this.#timer ??= setTimeout(() => this.#tell(), Math.max(PAUSE_MS, this.#breakMs));
    };
    this.#census = new Census(bus, tellSoon);
    this.#memory = new MemoryWatch(askMemory, () => this.#census.living === 0, tellSoon);
  }

  /** Answers a request with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until its caller leaves. */
  watch(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    // What happened while nobody watched is in the snapshot.
    if (this.#viewers.size === 0) this.#census.takeChanges();
    const viewer: Viewer = { response, behindSince: undefined };
    this.#viewers.add(viewer);
    response.write(this.#snapshot());
    this.#memory.start();
    this.#heartbeat ??= setInterval(() => {
      for (const each of this.#viewers) each.response.write(': alive\n\n');
    }, HEARTBEAT_MS);
    response.once('close', () => this.#leave(viewer));
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#memory.stop();
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  #tell(): void {
    this.#timer = undefined;
    const from = performance.now();
    const { counters } = this.#census;
    const changes: Changes = { now: Date.now(), counters, ...this.#seen(), ...this.#census.takeChanges() };
    const message = `event: changes\ndata: ${JSON.stringify(changes)}\n\n`;
    let snapshot: string | undefined;
    for (const viewer of this.#viewers) {
      const { response, behindSince } = viewer;
      if (response.writableLength > BUFFER_LIMIT) {
        viewer.behindSince ??= performance.now();
        if (performance.now() - viewer.behindSince > STALLED_MS) response.destroy();
        continue;
      }
      if (behindSince !== undefined) snapshot ??= this.#snapshot();
      response.write(behindSince === undefined ? message : snapshot);
      viewer.behindSince = undefined;
    }
    this.#breakMs = BREAK * (performance.now() - from);
  }

  #seen(): { memory?: Memory } {
    const { latest } = this.#memory;
    return latest ? { memory: latest } : {};
  }

  #snapshot(): string {
    const { since, containers, counters } = this.#census;
    const snapshot: Snapshot = { now: Date.now(), since, containers, counters, ...this.#seen() };
    return `event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`;
  }
}
