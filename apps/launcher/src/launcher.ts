import { type Catalog, imageOf, partsOf, type ServiceEntry, WEB } from '@serverless-vote/catalog';
import { Removals } from '@serverless-vote/cleanup/removals';
import { systemClock } from '@serverless-vote/contracts/clock';
import { noDatabase, postgres, VotesInUse, watchRoles } from '@serverless-vote/database';
import { AddressRate } from '@serverless-vote/http-server/address-rate';
import { ByteBudget } from '@serverless-vote/http-server/body';
import type { ComputedStream } from '@serverless-vote/http-server/computed-stream';
import { Peers } from '@serverless-vote/http-server/peers';
import { refusePeers } from '@serverless-vote/http-server/refuse-peers';
import { traceRequests } from '@serverless-vote/http-server/traced-requests';
import type { Settings } from '@serverless-vote/settings';
import type { Logger } from 'pino';
import { controlApi } from './api/control-api.ts';
import { serverOf } from './api/express-app.ts';
import { functionCalls } from './api/function-calls.ts';
import { HealthReport, RecentFailures, whyBlocked } from './api/health.ts';
import { killAtWork } from './api/kill-at-work.ts';
import { webApi } from './api/web-api.ts';
import { AsyncEvents } from './async/async-events.ts';
import { gateway, type PublicStream } from './gateway/gateway.ts';
import { HttpService } from './gateway/http-service.ts';
import { resultStream } from './gateway/result-stream.ts';
import { Invoker } from './invoke/invoker.ts';
import { AcceptanceClock } from './model/acceptance-clock.ts';
import { unavailable } from './model/errors.ts';
import { EventBus } from './model/event-bus.ts';
import { STARTS_PER_CORE, StartLimiter } from './model/start-limiter.ts';
import type { Platform, Servers } from './platform.ts';
import { releaseMemoryWhenIdle } from './release-memory.ts';
import { ActivityStream } from './telemetry/activity-stream.ts';
import { FunctionLogs } from './telemetry/function-logs.ts';
import { logEvents } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics.ts';

const DRAIN_MS = 15_000;
/** The share of it for requests to services, which are in the way of whoever waits for the next launcher. */
const DRAIN_SERVICES_MS = 8_000;
const SWEEP_MS = 30_000;
/** Memory for the events and large results of all requests in progress, at the control API and at web's socket to it. */
const EVENTS_AT_ONCE = 64 * 1024 * 1024;
const EVENTS_OF_WEB_AT_ONCE = 32 * 1024 * 1024;

export interface LauncherParts {
  settings: Settings;
  catalog: Catalog;
  platform: Platform;
  migrationsDir: string;
  log: Logger;
}

export interface Launcher {
  /** Drains (finishes what is in progress, accepts nothing new) and leaves no container behind. */
  stop(): Promise<void>;
}

/** Wires all rooms and starts them. Resolves when the launcher listens. @throws {PortTaken} */
export async function startLauncher(parts: LauncherParts): Promise<Launcher> {
  const { settings, catalog, platform, migrationsDir, log } = parts;
  const bus = new EventBus();
  logEvents(bus, log);
  const metrics = new Metrics(bus);

  await platform.engine.open();
  const engine = new Removals(metrics.engine(platform.engine));
  // Whatever a predecessor left can't be in use: its Runtime API and its callers are gone with it.
  metrics.leaked('start', await engine.sweep(() => new Set()));
  platform.forgetPredecessor();

  const acceptance = new AcceptanceClock();
  const { polls, ownImages } = settings;
  const resume = (highestAcceptedAt: bigint) => acceptance.resume(highestAcceptedAt);
  const database = platform.database ? postgres(platform.database, { polls, migrationsDir, resume, log }) : noDatabase;
  const usesDatabase = (name: string) => catalog.functions[name]?.database === true;
  const leaveRoles = watchRoles({ bus, usesDatabase, restore: database.restoreRoles, log });

  const limiter = new StartLimiter(STARTS_PER_CORE * (await platform.cores()));
  const results = new Map<string, ComputedStream>();
  const invoker = new Invoker(
    catalog,
    { ownImages, idleTimeoutMs: settings.functionIdleTimeoutMs },
    {
      ...{ engine, limiter, bus, acceptance, clock: systemClock, databaseReady: database.ready },
      openEndpoint: platform.openRuntimeEndpoint,
      answerCall: (...call) => answerCall(...call),
      succeeded(name) {
        const { invalidates, serving } = catalog.functions[name] ?? {};
        // Events that come in crowds change results many times a second. Others are a presenter's, for whom a room waits.
        const isUrgent = serving?.kind === 'single-use';
        for (const stale of invalidates ?? []) results.get(stale)?.invalidate({ isUrgent });
      },
    },
  );
  const { openQueue, ready: databaseReady } = database;
  const asyncEvents = new AsyncEvents(catalog, { invoker, bus, openQueue, databaseReady });
  const answerCall = functionCalls({ catalog, invoker, asyncEvents });
  const streams = new Map<string, PublicStream>();
  for (const [stream, name] of Object.entries(catalog.streams)) {
    const invoke = async () => (await invoker.invoke(name, Buffer.from('{}'))).outcome;
    const result = resultStream(invoke, (...run) => metrics.resultShown(stream, ...run));
    results.set(name, result);
    streams.set(stream, result);
  }
  if (settings.live) streams.set('activity', new ActivityStream(bus, async () => platform.engine.permanentMemory?.()));
  const handedOn = new Map([...settings.handedOn, ['PARTS', JSON.stringify(partsOf(catalog))]]);
  const newService = (name: string, entry: ServiceEntry) =>
    new HttpService(
      { name, entry, image: imageOf(entry, ownImages), idleTimeoutMs: settings.webIdleTimeoutMs, handedOn },
      { engine, openIngress: platform.openIngress, limiter, bus, clock: systemClock },
    );
  const web = newService(WEB, catalog.services.web);
  const others = Object.entries(catalog.services).filter(([name]) => name !== WEB);
  const services = [web, ...others.map(([name, entry]) => newService(name, entry))];

  const { pools } = invoker;
  const sandboxes = () => pools.flatMap(({ fleet }) => [...fleet]);
  metrics.observe({
    ...{ pools, web, services, limiter, asyncEvents },
    overdue: () => engine.overdue.size,
    viewers: () => [...results.values()].reduce((sum, { viewers }) => sum + viewers, 0),
    databaseAnswers: async () => databaseReady.isDone && (await database.answers()),
  });
  const replicas = () => services.flatMap((service) => service.replicas);
  releaseMemoryWhenIdle(bus, () => replicas().length + sandboxes().length === 0);

  const failures = new RecentFailures(bus);
  // What a visitor needs: an error of the presenter's functions keeps nobody from voting.
  const needed = new Set(Object.values(catalog.services.web.prewarms).flat());
  const ofPages = pools.filter(({ name }) => needed.has(name));
  const health = new HealthReport({
    isPrepared: () => databaseReady.isDone,
    databaseIsThere: () => database.isThere(),
    databaseHasSpace: () => database.hasSpace(pools.some((pool) => pool.health.lacksSpace)),
    images: [...ofPages.map(({ entry }) => entry), catalog.services.web].map((entry) => imageOf(entry, ownImages)),
    lacking: async (images) => (await platform.engine.missingImages?.(images)) ?? [],
    functions: ofPages.map(({ name }) => name),
    isReady: (name) => ofPages.find((pool) => pool.name === name)?.fleet.taker(false) !== undefined,
    whyFailing: (name) => failures.why(name) ?? whyBlocked(pools, name, engine.overdue),
    whyNoPages: () => web.whyFailing,
  });
  const peers = Peers.ofThisContainer(settings.localPeers);
  const perMinute = settings.votesPerMinutePerAddress;
  const servers: Servers = {
    public: gateway({
      ...{ catalog, invoker, streams },
      services: new Map(services.map((service) => [service.name, service])),
      voteRate: perMinute === 0 ? undefined : new AddressRate(perMinute),
      isProxy: (address) => settings.behindProxy && peers.of(address) === 'this-machine',
    }),
    private: serverOf(
      controlApi({
        ...{ catalog, invoker, asyncEvents, bus, peers, hosts: settings.controlHosts, logs: new FunctionLogs(bus) },
        metrics: () => metrics.text(),
        health: () => health.answer(),
        bodies: new ByteBudget(EVENTS_AT_ONCE),
        async reset() {
          await database.forgetVotes().catch(notForgotten);
          for (const result of results.values()) result.invalidate();
          log.warn('votes.forgotten');
        },
      }),
      15_000,
    ),
    web: serverOf(
      webApi({
        ...{ catalog, invoker, knowsWeb: platform.knowsWeb },
        presenter: { key: settings.presenterKey, kill: (name) => killAtWork(pools, bus, name) },
        health: () => health.certain(),
        bodies: new ByteBudget(EVENTS_OF_WEB_AT_ONCE),
      }),
      60_000,
    ),
  };
  traceRequests(servers.public, log);
  if (settings.pagesAreLocal) refusePeers(servers.public, peers, log);
  refusePeers(servers.private, peers, log);

  const alive = () => new Set([...sandboxes(), ...replicas()].map(({ id }) => id));
  const sweeper = setInterval(() => {
    engine
      .sweep(alive)
      .then((leaked) => metrics.leaked('running', leaked))
      .catch((error: unknown) => log.warn({ error: String(error) }, 'sweep.failed'));
  }, SWEEP_MS);

  const close = async () => {
    clearInterval(sweeper);
    leaveRoles();
    database.close();
    for (const server of [servers.public, servers.private]) server.close();
    for (const result of results.values()) result.close();
    const end = performance.now() + DRAIN_MS;
    // The pages first: one that was accepted is answered, and may invoke a function for that.
    await Promise.all(services.map((each) => each.close(DRAIN_SERVICES_MS)));
    const restMs = Math.max(0, end - performance.now());
    await Promise.all([invoker.close(restMs), asyncEvents.close(restMs)]);
    servers.web.close();
    await engine.sweep(() => new Set()).catch(() => undefined);
    await platform.engine.close();
  };
  try {
    await platform.listen(servers);
  } catch (error) {
    await close();
    throw error;
  }
  log.info(
    { stack: settings.stackId, functions: Object.keys(catalog.functions), poll: polls.poll.question },
    'launcher.listening',
  );
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= close();
      return stopped;
    },
  };
}

function notForgotten(cause: unknown): never {
  const why = cause instanceof VotesInUse ? cause.message : 'The database is away.';
  throw unavailable(`${why} Every vote is still there; try again soon.`, 2, cause);
}
