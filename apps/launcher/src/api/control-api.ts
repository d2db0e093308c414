import type { Catalog } from '@serverless-vote/catalog';
import type { Peers } from '@serverless-vote/http-server/peers';
import type { Express } from 'express';
import type { AsyncEvents } from '../async/async-events.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { FunctionLogs } from '../telemetry/function-logs.ts';
import { mountDeadLetters } from './dead-letters.ts';
import { mountEvents } from './events.ts';
import { finish, newApp } from './express-app.ts';
import { mountFunctions } from './functions.ts';
import { type Health, mountHealth } from './health.ts';
import { type InvokeParts, mountInvoke } from './invocations.ts';
import { mountLogs } from './logs.ts';
import { refuseOwnNetwork, refuseStrangers } from './strangers.ts';

interface ControlParts extends InvokeParts {
  catalog: Catalog;
  asyncEvents: AsyncEvents;
  bus: EventBus;
  /** Text in Prometheus' format. */
  metrics: () => Promise<string>;
  logs: FunctionLogs;
  health: () => Promise<Health>;
  /** Forgets every vote, and shows it. */
  reset: () => Promise<void>;
  hosts: ReadonlySet<string>;
  peers: Peers;
}

/** The control API: AWS Lambda's Invoke API for what the catalog has, health, metrics, and lifecycle events. */
export function controlApi(parts: ControlParts): Express {
  const { catalog, asyncEvents, bus, metrics, logs, health, reset, hosts, peers } = parts;
  const app = newApp();
  app.use(refuseStrangers(hosts));
  mountHealth(app, health);
  app.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(await metrics());
  });
  app.use(refuseOwnNetwork(peers));
  mountEvents(app, bus);
  app.post('/reset', async (_request, response) => {
    await reset();
    response.json({ status: 'empty' });
  });
  mountFunctions(app, catalog);
  mountLogs(app, catalog, logs);
  mountDeadLetters(app, asyncEvents);
  mountInvoke(app, parts);
  return finish(app);
}
