import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseCatalog } from '@serverless-vote/catalog';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LauncherError } from '../model/errors.ts';
import { gateway } from './gateway.ts';
import type { Lease } from './http-service.ts';

const catalog = parseCatalog(
  JSON.stringify({
    functions: {},
    services: { web: { image: 'web', user: 10_003, memoryMb: 64, cpus: 1, processes: 16, tmpMb: 8 } },
    streams: {},
  }),
);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const listening = (server: net.Server, at: string | number) =>
  new Promise<void>((resolve) => {
    server.listen(at as number, () => resolve());
    closing.push(() => server.close());
  });

/** A gateway in front of a web that echoes its requests; `lease` decides when, and whether, there is a web. */
async function serve(options: { isUp?: boolean; lease?: (give: (path?: string) => Lease) => Promise<Lease> } = {}) {
  const folder = mkdtempSync(`${tmpdir()}/gateway-`);
  closing.push(() => rmSync(folder, { recursive: true }));
  const socketPath = `${folder}/web.sock`;
  const held = { leases: 0, given: 0 };
  await listening(
    http.createServer((request, response) => response.end(JSON.stringify(request.headers))),
    socketPath as never,
  );
  const give = (path = socketPath): Lease => {
    held.leases += 1;
    held.given += 1;
    let released = false;
    const release = () => {
      if (!released) held.leases -= 1;
      released = true;
    };
    return { target: { socketPath: path }, release, fail: release };
  };
  const lease = () => (options.lease ? options.lease(give) : Promise.resolve(give()));
  const server = gateway({
    catalog,
    services: new Map([['web', { name: 'web', isUp: options.isUp ?? true, lease }]]),
    invoker: { prewarm: () => undefined },
    streams: new Map(),
  });
  await listening(server, 0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, held, give };
}

const browser = { accept: 'text/html,application/xhtml+xml' };

describe('while web starts from zero', () => {
  /** A web that starts when the test says so. `asked` resolves when a request waits for it; the test advances the clock, too. */
  async function serveLate() {
    const asked = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const lease = async (give: (path?: string) => Lease) => {
      asked.resolve();
      await started.promise;
      return give();
    };
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    closing.push(() => vi.useRealTimers());
    return { ...(await serve({ isUp: false, lease })), asked: asked.promise, start: started.resolve };
  }

  test('a browser that asks for a page is told so after a second, and comes back by itself', async () => {
    const { url, held, asked, start } = await serveLate();
    const answer = fetch(url, { headers: browser });
    await asked;
    vi.advanceTimersByTime(1_000);
    const response = await answer;
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.text()).toContain('<meta http-equiv="refresh" content="1">');
    start();
    await nextTurn();
    expect(held).toEqual({ leases: 0, given: 1 });
  });

  test.each([
    ['a vote', { method: 'POST', headers: browser, body: 'choice=cats' }],
    ['a request for data', { headers: { accept: 'application/json' } }],
  ])('%s is held until it can be answered', async (_case, request) => {
    const { url, asked, start } = await serveLate();
    const answer = fetch(url, request);
    await asked;
    vi.advanceTimersByTime(20_000);
    start();
    expect((await answer).status).toBe(200);
  });

  test('a page that is there within the second is simply shown', async () => {
    const { url } = await serve({ isUp: false });
    expect((await fetch(url, { headers: browser })).status).toBe(200);
  });
});

describe('the gateway', () => {
  test('sets the headers that identify the client, and drops the client’s own', async () => {
    const { url } = await serve();
    const lies = {
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'attacker.example',
      'x-real-ip': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
      'x-amz-invocation-type': 'Event',
      'lambda-runtime-aws-request-id': 'x',
    };
    const seen = (await (await fetch(url, { headers: lies })).json()) as Record<string, string>;
    expect(seen['x-forwarded-for']).toMatch(/127\.0\.0\.1$/);
    expect(seen['x-forwarded-host']).toBe(new URL(url).host);
    for (const name of ['x-real-ip', 'forwarded', 'x-amz-invocation-type', 'lambda-runtime-aws-request-id']) {
      expect(seen[name]).toBeUndefined();
    }
  });

  test.each([
    ...['x-forwarded-port', 'x-forwarded-prefix', 'x-forwarded-server', 'x-amz-log-type', 'x-amz-client-context'],
    ...['x-amzn-trace-id', 'lambda-runtime-deadline-ms', 'serverless-vote-accepted-at', 'serverless-vote-token'],
    ...['proxy-authorization', 'proxy-connection', 'keep-alive', 'te'],
  ])('keeps %s from web', async (name) => {
    const { url } = await serve();
    const spelled = name.toUpperCase();
    const seen = await new Promise<string>((resolve, reject) => {
      const request = http.request(url, { headers: { [spelled]: 'trailers', accept: 'x' } }, async (response) =>
        resolve(await text(response)),
      );
      request.on('error', reject).end();
    });
    expect(JSON.parse(seen)).toMatchObject({ accept: 'x' });
    expect(JSON.parse(seen)).not.toHaveProperty([name]);
  });

  test.each(['h2c', 'websocket'])('does not change to %s, which it does not speak, and answers', async (upgrade) => {
    const { port } = await serve();
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade, 'http2-settings': 'AAMAAABkAAQAAP__' };
    const status = await new Promise((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', headers }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      request.end();
    });
    expect(status).toBe(200);
  });

  test.each(['TRACE', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'])('does not offer %s', async (method) => {
    const { port } = await serve();
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', method }, (response) => resolve(response.resume()));
      request.on('error', reject);
      request.end();
    });
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'GET, HEAD, POST' } });
  });

  test('ends a connection that sends many requests without reading the answers', async () => {
    const { port, held } = await serve({ lease: () => new Promise(() => undefined) });
    const socket = net.connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100));
    await closed;
    expect(held.leases).toBe(0);
  });

  test('retries a read on another replica when its replica dies', async () => {
    let first = true;
    const { url, held } = await serve({
      lease: async (give) => {
        if (!first) return give();
        first = false;
        return {
          ...give(),
          target: { socketPath: '/nowhere/web.sock' },
          release: () => undefined,
          fail: () => undefined,
        };
      },
    });
    expect((await fetch(url)).status).toBe(200);
    await expect.poll(() => held.leases).toBeLessThanOrEqual(1);
  });

  test('answers 503 to a vote whose replica dies: it may have been recorded', async () => {
    const { url } = await serve({
      lease: async () => ({
        target: { socketPath: '/nowhere/web.sock' },
        release: () => undefined,
        fail: () => undefined,
      }),
    });
    const response = await fetch(url, { method: 'POST', body: 'choice=cats' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual({ error: { type: 'ServiceException', message: expect.any(String) } });
  });

  test('cuts off an answer for its caller, too, when the replica does, and releases the replica', async () => {
    const web = http.createServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('half of it', () => response.destroy());
    });
    const folder = mkdtempSync(`${tmpdir()}/gateway-`);
    closing.push(() => rmSync(folder, { recursive: true }));
    await listening(web, `${folder}/web.sock`);
    const { url, held } = await serve({ lease: async (give) => give(`${folder}/web.sock`) });
    const response = await fetch(url);
    await expect(response.text()).rejects.toThrow('terminated');
    await expect.poll(() => held).toEqual({ leases: 0, given: 1 });
  });

  test('answers with the reason when web can’t be started', async () => {
    const { url } = await serve({ lease: () => Promise.reject(new LauncherError('ServiceException', 'no image')) });
    const response = await fetch(url, { headers: browser });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('no image');
  });

  test.each([
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a line end in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a space before a colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
  ])('refuses a request with %s', async (_case, text) => {
    const { port } = await serve();
    const socket = net.connect(port, '127.0.0.1');
    socket.write(text);
    const [answer] = await new Promise<Buffer[]>((resolve) =>
      socket.once('data', (...data: Buffer[]) => resolve(data)),
    );
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(['http://[', '//['])('refuses the target %s', async (target) => {
    expect(await statusOf(target)).toBe(400);
  });

  test.each(['http://other.example/', '//other.example/', '/%00', '/%ff', '/..%2f..%2fetc/passwd', '/?//['])(
    'survives the target %s',
    async (target) => {
      expect(await statusOf(target)).toBe(200);
    },
  );
});

/** The gateway's answer to a request target that fetch would not send. */
async function statusOf(target: string): Promise<number | undefined> {
  const { port } = await serve();
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', path: target }, (response) =>
      resolve(response.resume().statusCode),
    );
    request.on('error', reject);
    request.end();
  });
}
