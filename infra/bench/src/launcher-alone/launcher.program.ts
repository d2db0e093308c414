import { AcceptanceClock } from '../../../../apps/launcher/src/acceptance-clock.ts';
import { ByteBudget } from '../../../../apps/launcher/src/body.ts';
import { readCatalog } from '../../../../apps/launcher/src/catalog.ts';
import { control } from '../../../../apps/launcher/src/control.ts';
import { DetachedEvents } from '../../../../apps/launcher/src/detached-events.ts';
import { EventStream } from '../../../../apps/launcher/src/event-stream.ts';
import { Feed } from '../../../../apps/launcher/src/feed.ts';
import { FunctionLogs } from '../../../../apps/launcher/src/function-logs.ts';
import { guardedServer } from '../../../../apps/launcher/src/guarded-server.ts';
import { Invoker } from '../../../../apps/launcher/src/invoker.ts';
import { createLog, logFeed } from '../../../../apps/launcher/src/log.ts';
import { Metrics } from '../../../../apps/launcher/src/metrics.ts';
import { Peers } from '../../../../apps/launcher/src/peers.ts';
import { runtimeApi } from '../../../../apps/launcher/src/runtime-api.ts';
import { StartGate } from '../../../../apps/launcher/src/start-gate.ts';
import { Processes } from './processes.ts';

/*
 * The launcher's path of an invocation, wired as in its main, without containers and without a database. Arguments: a folder for
 * sockets, the program of a sandbox. Tells its parent its port, and its processor time whenever it is asked.
 */
const [directory = '', program = ''] = process.argv.slice(2);
const catalog = readCatalog('functions/catalog.json');
const feed = new Feed();
logFeed(feed, createLog('info'));
const metrics = new Metrics(feed);
const engine = new Processes(directory, program);
const databaseReady = { isDone: true, done: Promise.resolve({ detachedEventsAreLeft: false }) };
const invoker = new Invoker(
  catalog,
  { imageTag: 'none', idleTimeoutMs: 60_000 },
  {
    ...{ engine, gate: new StartGate(4), feed, clock: new AcceptanceClock(), databaseReady },
    openDoor: runtimeApi(directory),
    succeeded: () => undefined,
  },
);
const app = control({
  ...{ catalog, invoker, events: new EventStream(feed), hosts: new Set<string>(), bodies: new ByteBudget(64e6) },
  // Nobody detaches here: it never looks for its database.
  detached: new DetachedEvents(catalog, { invoker, feed, database: { host: directory }, databaseReady }),
  logs: new FunctionLogs(feed),
  metrics: () => metrics.text(),
  health: async () => ({ status: 'ok' }),
  peers: new Peers([], ['127.0.0.1/8'], []),
  reset: async () => undefined,
});
const limits = { connections: 2_000, requestMs: 30_000, silentMs: 0, headersMs: 10_000, keepAliveMs: 15_000 };
const door = guardedServer(limits, app).listen(0, '127.0.0.1', () => {
  const address = door.address();
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
