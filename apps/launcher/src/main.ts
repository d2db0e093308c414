import { Removals } from '@serverless-vote/engine/removals';
import { sweep } from '@serverless-vote/engine/sweep';
import { control, webApi } from './api/control-api.ts';
import { EventStream } from './api/event-stream.ts';
import { HealthReport } from './api/health.ts';
import { AsyncEvents } from './async/async-events.ts';
import { databaseAnswers, databaseProbe, forgetVotes, prepare, restoreRoles } from './database.ts';
import { oneMachine } from './docker-platform.ts';
import { gateway, type PublicStream } from './gateway/gateway.ts';
import { HttpService } from './gateway/http-service.ts';
import { ResultStream, resultLine } from './gateway/result-stream.ts';
import { VoteRate } from './gateway/vote-rate.ts';
import { ByteBudget } from './http/body.ts';
import { Peers } from './http/peers.ts';
import { refusePeers } from './http/refuse-peers.ts';
import { limitedServer } from './http/server.ts';
import { whyBlocked } from './invoke/blocked.ts';
import { Invoker } from './invoke/invoker.ts';
import { KillAtWork } from './invoke/kill-at-work.ts';
import { AcceptanceClock } from './model/acceptance-clock.ts';
import { partsOf, readCatalog } from './model/catalog.ts';
import { EventBus } from './model/event-bus.ts';
import type { Votes } from './model/preparation.ts';
import { parseSettings, SettingsError } from './model/settings.ts';
import { StartLimiter } from './model/start-limiter.ts';
import { OtherLauncher } from './own-socket.ts';
import { watchRoles } from './role-watch.ts';
import { swarm } from './swarm-platform.ts';
import { ActivityStream } from './telemetry/activity-stream.ts';
import { collectGarbageWhenIdle } from './telemetry/collect-garbage.ts';
import { FunctionLogs } from './telemetry/function-logs.ts';
import { createLog, logEvents } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics.ts';
import { traceRequests } from './telemetry/traced-requests.ts';

const STARTS_PER_CORE = 2;
/** An invocation may take its catalog's deadline, so silence is no sign there. */
const CONTROL_LIMITS = { connections: 2_000, requests: 4_000, headersMs: 10_000, requestMs: 30_000, silentMs: 0 };
/** What events and large results may take together, at the control API and at web's socket to it, until they are answered. */
const EVENTS_AT_ONCE = 64 * 1024 * 1024;
const EVENTS_OF_WEB_AT_ONCE = 32 * 1024 * 1024;
const DRAIN_MS = 15_000;
const SWEEP_MS = 30_000;
/** When no function complains of it. */
const SPACE_EVERY_MS = 10_000;

async function main(): Promise<void> {
  const config = parseSettings();
  const catalog = readCatalog(`${import.meta.dirname}/catalog.json`);
  // `make run` asks so before it touches what runs.
  if (process.argv.includes('--check')) return;
  const log = createLog(config.logLevel);
  const bus = new EventBus();
  logEvents(bus, log);
  const metrics = new Metrics(bus);

  const platform =
    config.engine.kind === 'swarm'
      ? swarm(config.stackId, config.engine, log)
      : await oneMachine(config.stackId, catalog.web.user, log);
  const { database, openIngress, openRuntimeEndpoint, knowsWeb, cores, listen } = platform;
  await platform.engine.open();
  const engine = new Removals(metrics.engine(platform.engine));
  // Nothing that a predecessor left can be in use: its runtime API and its callers are gone with it.
  metrics.leaked('start', await sweep(engine, () => new Set()));
  platform.forgetPredecessor();

  const stopping = new AbortController();
  const clock = new AcceptanceClock();
  const votes: Votes = { since: undefined };
  const databaseReady = prepare(
    database,
    config.poll,
    `${import.meta.dirname}/migrations`,
    clock,
    votes,
    log,
    stopping.signal,
  );

  const usesDatabase = (name: string) => catalog.functions[name]?.database === true;
  const leaveRoles = watchRoles(bus, usesDatabase, () => restoreRoles(database), log);

  const bodies = new ByteBudget(EVENTS_AT_ONCE);
  const bodiesOfWeb = new ByteBudget(EVENTS_OF_WEB_AT_ONCE);
  const limiter = new StartLimiter(STARTS_PER_CORE * (await cores()));
  const results = new Map<string, ResultStream>();
  const invoker = new Invoker(
    catalog,
    { imageTag: config.imageTag, idleTimeoutMs: config.functionIdleTimeoutMs },
    {
      ...{ engine, limiter, bus, clock, databaseReady },
      openEndpoint: openRuntimeEndpoint,
      succeeded(name) {
        for (const stale of catalog.functions[name]?.invalidates ?? []) results.get(stale)?.invalidate();
      },
    },
  );
  const asyncEvents = new AsyncEvents(catalog, { invoker, bus, database, databaseReady });
  const streams = new Map<string, PublicStream>();
  for (const [stream, name] of Object.entries(catalog.streams)) {
    const result = new ResultStream(
      async () => {
        const { outcome } = await invoker.invoke(name, Buffer.from('{}'));
        if (outcome.kind === 'function-error') throw new Error('Results cannot be computed just now.');
        return resultLine(outcome.payload);
      },
      (...run) => metrics.resultShown(stream, ...run),
    );
    results.set(name, result);
    streams.set(stream, result);
  }
  if (config.live) streams.set('activity', new ActivityStream(bus, () => engine.permanentMemory()));

  const web = new HttpService(
    catalog.web,
    {
      image: `${catalog.web.image}:${config.imageTag}`,
      idleTimeoutMs: config.webIdleTimeoutMs,
      handedOn: new Map([...config.handedOn, ['PARTS', JSON.stringify(partsOf(catalog))]]),
    },
    { engine, openIngress, limiter, bus },
  );
  metrics.observe({
    pools: invoker.pools,
    ...{ web, limiter, asyncEvents },
    overdue: () => engine.overdue.size,
    viewers: () => [...results.values()].reduce((sum, { viewers }) => sum + viewers, 0),
    databaseAnswers: async () => databaseReady.isDone && (await databaseAnswers(database)),
  });

  collectGarbageWhenIdle(
    bus,
    () => web.replicas.length + invoker.pools.reduce((sum, { fleet }) => sum + fleet.size, 0) === 0,
  );

  const hasSpaceNow = databaseProbe(database, 'hasSpace');
  const hadSpace = databaseProbe(database, 'hasSpace', SPACE_EVERY_MS);
  const ofPages = invoker.pools.filter(({ name }) => catalog.web.mayInvoke.includes(name));
  const health = new HealthReport({
    isPrepared: () => databaseReady.isDone,
    databaseIsThere: databaseProbe(database, 'isThere'),
    databaseHasSpace: () => (invoker.pools.some(({ health }) => health.lacksSpace) ? hasSpaceNow() : hadSpace()),
    images: [...ofPages.map(({ entry }) => entry.image), catalog.web.image].map(
      (image) => `${image}:${config.imageTag}`,
    ),
    lacking: platform.missingImages,
    functions: ofPages.map(({ name }) => name),
    isReady: (name) => ofPages.find((pool) => pool.name === name)?.fleet.taker(false) !== undefined,
    whyFailing: (name) => invoker.failures.why(name) ?? whyBlocked(invoker.pools, name, engine.overdue),
  });
  const peers = Peers.ofThisContainer(config.localPeers);
  const controlApp = control({
    catalog,
    invoker,
    asyncEvents,
    metrics: () => metrics.text(),
    events: new EventStream(bus),
    logs: new FunctionLogs(bus),
    health: () => health.answer(),
    reset: async () => {
      await forgetVotes(database, votes);
      for (const result of results.values()) result.invalidate();
      log.warn('votes.forgotten');
    },
    hosts: config.controlHosts,
    peers,
    bodies,
  });
  const presenter = { key: config.presenterKey, killAtWork: new KillAtWork(invoker.pools, bus) };
  const perMinute = config.votesPerMinutePerAddress;
  const voteRate = perMinute === 0 ? undefined : new VoteRate(perMinute);
  const gatewayServer = gateway(catalog, web, invoker, streams, votes, voteRate);
  traceRequests(gatewayServer, log);
  const controlServer = limitedServer({ ...CONTROL_LIMITS, keepAliveMs: 15_000 }, controlApp);
  refusePeers(controlServer, peers, log);
  if (config.pagesAreLocal) refusePeers(gatewayServer, peers, log);
  const webApiServer = limitedServer(
    { ...CONTROL_LIMITS, keepAliveMs: 60_000 },
    webApi(catalog, invoker, presenter, () => health.certain(), bodiesOfWeb, knowsWeb),
  );
  await listen({ public: gatewayServer, private: controlServer, web: webApiServer });
  log.info(
    { stack: config.stackId, functions: Object.keys(catalog.functions), poll: config.poll.question },
    'launcher.listening',
  );

  const sweeper = setInterval(() => {
    const alive = () =>
      new Set([
        ...invoker.pools.flatMap((pool) => [...pool.fleet].map(({ id }) => id)),
        ...web.replicas.map(({ id }) => id),
        ...engine.overdue,
      ]);
    sweep(engine, alive)
      .then((leaked) => metrics.leaked('running', leaked))
      .catch((error: unknown) => log.warn({ error: String(error) }, 'sweep.failed'));
  }, SWEEP_MS);

  const stop = async (signal: string) => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log.info({ signal }, 'launcher.draining');
    clearInterval(sweeper);
    leaveRoles();
    for (const server of [gatewayServer, controlServer]) server.close();
    for (const result of results.values()) result.close();
    await Promise.all([web.close(DRAIN_MS), invoker.close(DRAIN_MS), asyncEvents.close(DRAIN_MS)]);
    await sweep(engine, () => new Set()).catch(() => undefined);
    await platform.engine.close();
    log.info('launcher.stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop(signal));
}

main().catch((error: unknown) => {
  console.error(error instanceof SettingsError || error instanceof OtherLauncher ? error.message : error);
  process.exit(1);
});
