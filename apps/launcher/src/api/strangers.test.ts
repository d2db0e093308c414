import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Peers } from '@serverless-vote/http-server/peers';
import { expect, test } from 'vitest';
import { finish, newApp } from './express-app.ts';
import { refuseOwnNetwork, refuseStrangers } from './strangers.ts';

const HOSTS = new Set(['control.example']);

/** The status of a request with these headers from this machine, to an app that takes only known callers. */
async function statusOf(headers: http.OutgoingHttpHeaders, peers = new Peers([], [])): Promise<number | undefined> {
  const app = newApp().use(refuseStrangers(HOSTS), refuseOwnNetwork(peers));
  app.get('/', (_request, response) => void response.end('let in'));
  const server = http.createServer(finish(app)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(http.get({ port, headers, agent: false }), 'response')) as [http.IncomingMessage];
  response.resume();
  server.close();
  return response.statusCode;
}

test.each([
  ...['localhost', 'LOCALHOST:9000', '127.0.0.1:9000', '[::1]:9000', '[::1]', 'control.example'],
  ...['Control.Example:9000', '192.0.2.1'],
])('the Host %s is known', async (host) => expect(await statusOf({ host })).toBe(200));

test.each(['rebound.example', 'localhost.example:9000', 'control.example.org', '127.0.0.1.example'])(
  'the Host %s is refused',
  async (host) => expect(await statusOf({ host })).toBe(403),
);

test.each([
  ['cross-site', 403],
  ['same-site', 403],
  ['same-origin', 200],
  ['none', 200],
])('a browser that says "%s": %i', async (site, status) => {
  expect(await statusOf({ host: 'localhost', 'sec-fetch-site': site })).toBe(status);
});

test.each([
  ['http://localhost:9000', 200],
  ['http://localhost:3000', 403],
  ['https://localhost:9000', 403],
  ['null', 403],
])('the origin %s at the Host localhost:9000: %i', async (origin, status) => {
  expect(await statusOf({ host: 'localhost:9000', origin })).toBe(status);
});

test('an address that does not count as this machine is refused', async () => {
  const nobody = { of: () => 'own-network' } as unknown as Peers;
  expect(await statusOf({ host: 'localhost' }, nobody)).toBe(403);
});
