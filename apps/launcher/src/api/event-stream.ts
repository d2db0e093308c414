import type { ServerResponse } from 'node:http';
import type { EventBus } from '../model/event-bus.ts';

const HEARTBEAT_MS = 15_000;
/** What a viewer may be behind before events are left out for it. */
const BUFFER_LIMIT = 256 * 1024;

/** The event bus as server-sent events, event by event. A viewer that can't follow misses some instead of making the launcher keep them. */
export class EventStream {
  readonly #bus: EventBus;

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  watch(response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
    });
    response.write('retry: 1000\n\n');
    const unsubscribe = this.#bus.subscribe((event) => {
      if (response.writableLength < BUFFER_LIMIT)
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    });
    const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
    response.once('close', () => {
      clearInterval(heartbeat);
      unsubscribe();
    });
  }
}
