import { Processes } from '@serverless-vote/engine/process/process-engine';
import { control } from '@serverless-vote/launcher/api/control-api';
import { EventStream } from '@serverless-vote/launcher/api/event-stream';
import { AsyncEvents } from '@serverless-vote/launcher/async/async-events';
import { ByteBudget } from '@serverless-vote/launcher/http/body';
import { Peers } from '@serverless-vote/launcher/http/peers';
import { limitedServer } from '@serverless-vote/launcher/http/server';
import { Invoker } from '@serverless-vote/launcher/invoke/invoker';
import { AcceptanceClock } from '@serverless-vote/launcher/model/acceptance-clock';
import { readCatalog } from '@serverless-vote/launcher/model/catalog';
import { EventBus } from '@serverless-vote/launcher/model/event-bus';
import { StartLimiter } from '@serverless-vote/launcher/model/start-limiter';
import { runtimeApi } from '@serverless-vote/launcher/sandbox/runtime-api';
import { FunctionLogs } from '@serverless-vote/launcher/telemetry/function-logs';
import { createLog, logEvents } from '@serverless-vote/launcher/telemetry/log';
import { Metrics } from '@serverless-vote/launcher/telemetry/metrics';

/*
 * The launcher's path of an invocation, wired as in its main, without containers and without a database. Arguments: a folder for
 * sockets, the program of a sandbox. Tells its parent its port, and its processor time whenever it is asked.
 */
const [directory = '', program = ''] = process.argv.slice(2);
const catalog = readCatalog('functions/catalog.json');
const bus = new EventBus();
logEvents(bus, createLog('info'));
const metrics = new Metrics(bus);
const engine = new Processes(directory, program);
const databaseReady = { isDone: true, done: Promise.resolve({ asyncEventsAreLeft: false }) };
const invoker = new Invoker(
  catalog,
  { imageTag: 'none', idleTimeoutMs: 60_000 },
  {
    ...{ engine, limiter: new StartLimiter(4), bus, clock: new AcceptanceClock(), databaseReady },
    openEndpoint: runtimeApi(directory),
    succeeded: () => undefined,
  },
);
const app = control({
  ...{ catalog, invoker, events: new EventStream(bus), hosts: new Set<string>(), bodies: new ByteBudget(64e6) },
  // Nobody detaches here: it never looks for its database.
  asyncEvents: new AsyncEvents(catalog, { invoker, bus, database: { host: directory }, databaseReady }),
  logs: new FunctionLogs(bus),
  metrics: () => metrics.text(),
  health: async () => ({ status: 'ok' }),
  peers: new Peers([], ['127.0.0.1/8'], []),
  reset: async () => undefined,
});
const limits = { connections: 2_000, requestMs: 30_000, silentMs: 0, headersMs: 10_000, keepAliveMs: 15_000 };
const endpoint = limitedServer(limits, app).listen(0, '127.0.0.1', () => {
  const address = endpoint.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000 });
});
process.once('disconnect', () => {
  engine.killAll();
  process.exit();
});
