import type { ServerResponse } from 'node:http';
import { Viewers } from '@serverless-vote/http-server/server-sent-events';
import type { EventBus } from '../model/event-bus.ts';

/** What a viewer may be behind before events are left out for it. */
const BUFFER_LIMIT = 256 * 1024;

/** Every lifecycle event as a server-sent event. */
export class EventStream {
  readonly #viewers = new Viewers({ bufferLimit: BUFFER_LIMIT });

  constructor(bus: EventBus) {
    bus.subscribe((event) => {
      if (this.#viewers.size === 0) return;
      this.#viewers.broadcast(Buffer.from(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
    });
  }

  watch(response: ServerResponse): void {
    this.#viewers.add(response);
  }
}
