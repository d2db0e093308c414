import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { AddressRate } from '@serverless-vote/http-server/address-rate';
import { afterEach, describe, expect, test } from 'vitest';
import { gateway } from './gateway.ts';
import type { Lease } from './http-service.ts';

const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Faults {
  isUp?: boolean;
  lease?: Promise<Lease>;
  /** Does hello never answer? */
  hangs?: boolean;
  /** Does hello end while it answers? */
  dies?: boolean;
}

/** A gateway in front of web and a service called hello, which echo their requests. */
async function serve({ isUp = true, lease: slowly, hangs = false, dies = false }: Faults = {}) {
  const folder = mkdtempSync(`${tmpdir()}/gateway-`);
  closing.push(() => rmSync(folder, { recursive: true }));
  const prewarmed: string[] = [];
  let leases = 0;
  const services = ['web', 'hello'].map(async (name) => {
    const target = { socketPath: `${folder}/${name}.sock` };
    const server = http.createServer(({ method, url, headers, socket }, response) => {
      if (dies && name === 'hello') return void socket.destroy();
      if (!hangs || name === 'web') response.end(JSON.stringify({ name, method, url, headers }));
    });
    closing.push(() => server.close().closeAllConnections());
    await once(server.listen(target.socketPath), 'listening');
    const lease = async () => {
      leases += 1;
      return slowly ?? { target, release: () => undefined, fail: () => undefined };
    };
    return [name, { name, isUp, lease }] as const;
  });
  const endpoint = gateway({
    catalog: { services: { web: { prewarms: { '/': ['greet'] } } as never } },
    services: new Map(await Promise.all(services)),
    invoker: { prewarm: (names) => prewarmed.push(...names) },
    streams: new Map(),
    voteRate: new AddressRate(1),
  });
  await once(endpoint.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => endpoint.close().closeAllConnections());
  const { port } = endpoint.address() as AddressInfo;
  const ask = async (host: string, path = '/', { method = 'GET', headers = {} } = {}) => {
    const request = http.request({ port, host: '127.0.0.1', path, method, headers: { host, ...headers } }).end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const body = await text(response);
    return { status: response.statusCode, headers: response.headers, body, json: () => JSON.parse(body) };
  };
  return { ask, port, prewarmed, leases: () => leases };
}

describe('a service', () => {
  test('that ends while it answers is named in the error', async () => {
    const { ask } = await serve({ dies: true });
    const message = 'The service hello did not finish its answer. Try again.';
    expect((await ask('hello.localhost')).json()).toMatchObject({ error: { type: 'ServiceException', message } });
  });

  test('gets the requests to its name, with their Host, and web all others', async () => {
    const { ask } = await serve();
    const seen = (await ask('Hello.localhost.:8080', '/a?b')).json();
    expect(seen).toMatchObject({ name: 'hello', url: '/a?b', headers: { host: 'Hello.localhost.:8080' } });
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080', 'hello.attacker.example', 'web.localhost'])
      expect((await ask(host)).json(), host).toMatchObject({ name: 'web' });
  });

  test('is named by an address in absolute form, whatever Host says, as HTTP demands', async () => {
    const { ask } = await serve();
    const seen = (await ask('localhost', 'http://hello.localhost:8080/a?b')).json();
    expect(seen).toMatchObject({ name: 'hello', url: '/a?b', headers: { host: 'hello.localhost:8080' } });
    expect((await ask('hello.localhost', 'HTTP://localhost/')).json()).toMatchObject({ name: 'web', url: '/' });
    expect((await ask('localhost', 'http://nobody.localhost/')).status).toBe(404);
    expect((await ask('localhost', 'http://localhost/streams/none')).json()).toMatchObject({
      error: { message: expect.stringContaining('no stream') },
    });
  });

  test('is not guessed from two Hosts', async () => {
    const { port, leases } = await serve();
    const socket = net.connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nHost: hello.localhost\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
    expect(leases()).toBe(0);
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('takes %s, which web does not', async (method) => {
    const { ask } = await serve();
    expect((await ask('hello.localhost', '/', { method })).json()).toMatchObject({ name: 'hello', method });
    expect((await ask('localhost', '/', { method })).status).toBe(405);
  });

  test('has nothing of web’s: neither its streams, its prewarmed functions nor its vote rate', async () => {
    const { ask, prewarmed } = await serve();
    expect((await ask('hello.localhost', '/streams/results')).json()).toMatchObject({ name: 'hello' });
    for (const _ of [1, 2, 3]) expect((await ask('hello.localhost', '/', { method: 'POST' })).status).toBe(200);
    expect(prewarmed).toEqual([]);
    expect((await ask('localhost')).status).toBe(200);
    expect(prewarmed).toEqual(['greet']);
  });

  test('that never answers takes no room of web’s, however many ask it', async () => {
    const { ask, port } = await serve({ hangs: true });
    // Eight are pipelined on each connection.
    for (let connection = 0; connection < 126; connection += 1) {
      const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
      closing.push(() => socket.destroy());
      socket.write('GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n'.repeat(8));
    }
    const askSoon = () => Promise.race([ask('hello.localhost'), delay(2_000)]);
    await expect.poll(askSoon, { timeout: 30_000 }).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect((await ask('localhost')).json()).toMatchObject({ name: 'web' });
  });

  test('that starts from zero shows a browser the same waiting page', async () => {
    const { ask } = await serve({ isUp: false, lease: new Promise(() => undefined) });
    const answer = await ask('hello.localhost', '/', { headers: { accept: 'text/html' } });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(answer.body).toContain('Starting this page');
  });
});

test.each(['nobody.localhost', 'a.hello.localhost:8080', '__proto__.localhost', 'web:latest.localhost'])(
  'a name that no service has is not found, and starts nothing; the answer tells the known ones: %s',
  async (host) => {
    const { ask, leases } = await serve();
    const { status, body } = await ask(host);
    expect(status).toBe(404);
    expect(body).toContain('Known: web.localhost, hello.localhost.');
    expect(leases()).toBe(0);
  },
);
