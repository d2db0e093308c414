import type { Peers } from '@serverless-vote/http-server/peers';
import type { Express } from 'express';
import type { AsyncEvents } from '../async/async-events.ts';
import type { PublicStream } from '../gateway/gateway.ts';
import type { Catalog } from '../model/catalog.ts';
import { LauncherError } from '../model/errors.ts';
import type { FunctionLogs } from '../telemetry/function-logs.ts';
import { mountDeadLetters } from './dead-letters.ts';
import { finish, newApp } from './express-app.ts';
import { mountFunctionListing } from './function-listing.ts';
import { type Health, mountHealth } from './health.ts';
import { FUNCTIONS, type InvokeParts, mountInvoke } from './invocations.ts';
import { mountLogs } from './logs.ts';
import { refuseStrangers } from './strangers.ts';

interface ControlParts extends InvokeParts {
  catalog: Catalog;
  asyncEvents: AsyncEvents;
  /** Text in Prometheus' format. */
  metrics: () => Promise<string>;
  events: PublicStream;
  logs: FunctionLogs;
  health: () => Promise<Health>;
  /** Forgets every vote, and shows it. */
  reset: () => Promise<void>;
  hosts: ReadonlySet<string>;
  peers: Peers;
}

/** The control API: AWS Lambda's Invoke API for what the catalog has, health, metrics, and lifecycle events. */
export function controlApi(parts: ControlParts): Express {
  const { catalog, asyncEvents, metrics, events, logs, health, reset, hosts, peers } = parts;
  const app = newApp();
  app.use(refuseStrangers(hosts));
  mountHealth(app, health);
  app.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(await metrics());
  });
  app.use((request, _response, next) => {
    if (peers.of(request.socket.remoteAddress) === 'this-machine') return next();
    const message = 'From the launcher’s network there are /healthz and /metrics only; all else is for this machine.';
    throw new LauncherError('AccessDeniedException', message);
  });
  app.get('/events', (request, response) => {
    // A stream without a body has no end either.
    if (request.method === 'HEAD') response.type('text/event-stream').end();
    else events.watch(response);
  });
  app.post('/reset', async (_request, response) => {
    await reset();
    response.json({ status: 'empty' });
  });
  mountFunctionListing(app, FUNCTIONS, catalog);
  mountLogs(app, catalog, logs);
  mountDeadLetters(app, asyncEvents);
  mountInvoke(app, parts);
  return finish(app);
}
