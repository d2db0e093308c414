import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCatalog } from '@serverless-vote/catalog';
import { ByteBudget } from '@serverless-vote/http-server/body';
import type { Peers } from '@serverless-vote/http-server/peers';
import { expect, test } from 'vitest';
import type { AsyncEvents } from '../async/async-events.ts';
import type { Invoker } from '../invoke/invoker.ts';
import { EventBus } from '../model/event-bus.ts';
import { FunctionLogs } from '../telemetry/function-logs.ts';
import { controlApi } from './control-api.ts';

const catalog = readCatalog(`${import.meta.dirname}/../../../../functions/catalog.json`);
const READABLE = ['/healthz', '/metrics'];
const PRIVATE = ['/2015-03-31/functions', '/system/logs?name=record-vote', '/nothing'];

/** The statuses of requests for these paths from a client that counts as `peer`. */
async function statusesOf(paths: string[], peer: ReturnType<Peers['of']>, headers: http.OutgoingHttpHeaders = {}) {
  const bus = new EventBus();
  const app = controlApi({
    ...{ catalog, bus, logs: new FunctionLogs(bus), hosts: new Set<string>(), bodies: new ByteBudget(1_000) },
    ...{ invoker: {} as Invoker, asyncEvents: {} as AsyncEvents, peers: { of: () => peer } as unknown as Peers },
    ...{ metrics: async () => '', health: async () => ({ status: 'ok' }), reset: async () => undefined },
  });
  const server = http.createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const statuses: (number | undefined)[] = [];
  for (const path of paths) {
    const [answer] = (await once(http.get({ port, path, headers, agent: false }), 'response')) as [
      http.IncomingMessage,
    ];
    answer.resume();
    statuses.push(answer.statusCode);
  }
  server.close();
  return statuses;
}

test('this machine may read everything', async () => {
  expect(await statusesOf([...READABLE, ...PRIVATE], 'this-machine')).toEqual([200, 200, 200, 200, 404]);
});

test('an address that does not count as this machine may read health and metrics, and nothing else', async () => {
  expect(await statusesOf([...READABLE, ...PRIVATE], 'own-network')).toEqual([200, 200, 403, 403, 403]);
});

test('a request that a browser sends on behalf of another site is refused', async () => {
  const headers = { origin: 'http://elsewhere.example' };
  expect(await statusesOf([...READABLE, ...PRIVATE], 'this-machine', headers)).toEqual([403, 403, 403, 403, 403]);
});
