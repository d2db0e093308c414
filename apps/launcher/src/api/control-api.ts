import type { Catalog } from '@serverless-vote/catalog';
import type { Peers } from '@serverless-vote/http-server/peers';
import { whyStranger } from '@serverless-vote/http-server/strangers';
import type { Express, NextFunction, Request, Response } from 'express';
import type { AsyncEvents } from '../async/async-events.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { FunctionLogs } from '../telemetry/function-logs.ts';
import { mountDeadLetters } from './dead-letters.ts';
import { mountEvents } from './events.ts';
import { finish, newApp, refuse } from './express-app.ts';
import { mountFunctions } from './functions.ts';
import { answerHealth, type Health } from './health.ts';
import { type InvokeParts, invokeApi, targetOf } from './invocations.ts';
import { mountLogs } from './logs.ts';

const OWN_NETWORK = 'From the launcher’s network there are /healthz and /metrics only; all else is for this machine.';

interface ControlParts extends InvokeParts {
  catalog: Catalog;
  asyncEvents: AsyncEvents;
  bus: EventBus;
  /** Text in Prometheus' format. */
  metrics: () => Promise<string>;
  logs: FunctionLogs;
  health: () => Promise<Health>;
  /** Deletes every vote and refreshes the results. */
  reset: () => Promise<void>;
  hosts: ReadonlySet<string>;
  peers: Peers;
}

/** The control API: AWS Lambda's Invoke API for the functions of the catalog, health, metrics, and lifecycle events. */
export function controlApi(parts: ControlParts): Express {
  const { catalog, asyncEvents, bus, metrics, logs, health, reset, hosts, peers } = parts;
  const app = newApp();
  // It may start containers, so only this machine's own programs and pages may use it.
  app.use(refuse(({ headers }) => whyStranger(headers, hosts)));
  app.get('/healthz', async (_request, response) => answerHealth(response, await health()));
  app.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(await metrics());
  });
  // Containers that the operator put into the launcher's network (Prometheus, say) may read health and metrics.
  app.use(refuse(({ socket }) => peers.of(socket.remoteAddress) !== 'this-machine' && OWN_NETWORK));
  mountEvents(app, bus);
  app.post('/reset', async (_request, response) => {
    await reset();
    response.json({ status: 'empty' });
  });
  mountFunctions(app, catalog);
  mountLogs(app, catalog, logs);
  mountDeadLetters(app, asyncEvents);
  const invoke = invokeApi(parts);
  app.use((request: Request, response: Response, next: NextFunction) => {
    const target = targetOf(request);
    return target ? invoke(request, response, target) : next();
  });
  return finish(app);
}
