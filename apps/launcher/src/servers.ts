import type http from 'node:http';
import type { Catalog } from '@serverless-vote/catalog';
import { AddressRate } from '@serverless-vote/http-server/address-rate';
import { ByteBudget } from '@serverless-vote/http-server/body';
import { Peers } from '@serverless-vote/http-server/peers';
import { refusePeers } from '@serverless-vote/http-server/refuse-peers';
import { limitedServer } from '@serverless-vote/http-server/server';
import { traceRequests } from '@serverless-vote/http-server/traced-requests';
import type { Settings } from '@serverless-vote/settings';
import type { Logger } from 'pino';
import { controlApi } from './api/control-api.ts';
import type { HealthReport } from './api/health.ts';
import { killAtWork } from './api/kill-at-work.ts';
import { webApi } from './api/web-api.ts';
import type { AsyncEvents } from './async/async-events.ts';
import { gateway, type PublicStream } from './gateway/gateway.ts';
import type { HttpService } from './gateway/http-service.ts';
import type { Invoker } from './invoke/invoker.ts';
import type { EventBus } from './model/event-bus.ts';
import type { Votes } from './model/preparation.ts';
import type { Servers } from './platform.ts';
import { FunctionLogs } from './telemetry/function-logs.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** An invocation may take its catalog's deadline, so silence is no sign there. */
const CONTROL_LIMITS = { connections: 2_000, requests: 4_000, headersMs: 10_000, requestMs: 30_000, silentMs: 0 };
/** What events and large results may take together, at the control API and at web's socket to it, until they are answered. */
const EVENTS_AT_ONCE = 64 * 1024 * 1024;
const EVENTS_OF_WEB_AT_ONCE = 32 * 1024 * 1024;

interface ServedParts {
  settings: Settings;
  catalog: Catalog;
  log: Logger;
  invoker: Invoker;
  asyncEvents: AsyncEvents;
  web: HttpService;
  streams: ReadonlyMap<string, PublicStream>;
  votes: Votes;
  health: HealthReport;
  metrics: Metrics;
  bus: EventBus;
  knowsWeb: (request: http.IncomingMessage) => boolean;
  /** Forgets every vote, and shows it. */
  reset: () => Promise<void>;
}

/** The launcher's servers, and who may come to which. None of them listens yet. */
export function makeServers(parts: ServedParts): Servers {
  const { settings, catalog, log, invoker, asyncEvents, web, streams, votes, health, bus } = parts;
  const peers = Peers.ofThisContainer(settings.localPeers);

  const perMinute = settings.votesPerMinutePerAddress;
  const voteRate = perMinute === 0 ? undefined : new AddressRate(perMinute);
  const gatewayServer = gateway({ catalog, web, invoker, streams, votes, voteRate });
  traceRequests(gatewayServer, log);
  if (settings.pagesAreLocal) refusePeers(gatewayServer, peers, log);

  const controlServer = limitedServer(
    { ...CONTROL_LIMITS, keepAliveMs: 15_000 },
    controlApi({
      ...{ catalog, invoker, asyncEvents, bus, peers, reset: parts.reset },
      logs: new FunctionLogs(bus),
      metrics: () => parts.metrics.text(),
      health: () => health.answer(),
      hosts: settings.controlHosts,
      bodies: new ByteBudget(EVENTS_AT_ONCE),
    }),
  );
  refusePeers(controlServer, peers, log);

  const presenter = { key: settings.presenterKey, kill: (name: string) => killAtWork(invoker.pools, bus, name) };
  const webServer = limitedServer(
    { ...CONTROL_LIMITS, keepAliveMs: 60_000 },
    webApi({
      ...{ catalog, invoker, presenter, knowsWeb: parts.knowsWeb },
      health: () => health.certain(),
      bodies: new ByteBudget(EVENTS_OF_WEB_AT_ONCE),
    }),
  );
  return { public: gatewayServer, private: controlServer, web: webServer };
}
