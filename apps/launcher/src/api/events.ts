import { Viewers } from '@serverless-vote/http-server/server-sent-events';
import type { Express } from 'express';
import type { EventBus } from '../model/event-bus.ts';

/** How far a viewer may fall behind before it misses events, in bytes. */
const BUFFER_LIMIT = 256 * 1024;

/** Every lifecycle event as a server-sent event. */
export function mountEvents(app: Express, bus: EventBus): void {
  const viewers = new Viewers({ bufferLimit: BUFFER_LIMIT });
  bus.subscribe((event) => {
    if (viewers.size === 0) return;
    viewers.broadcast(Buffer.from(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
  });
  app.get('/events', (request, response) => {
    // The answer to HEAD has no body, so it ends at once.
    if (request.method === 'HEAD') response.type('text/event-stream').end();
    else viewers.add(response);
  });
}
