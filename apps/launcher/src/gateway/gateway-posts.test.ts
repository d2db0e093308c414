import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { AddressRate } from '@serverless-vote/http-server/address-rate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gateway } from './gateway.ts';

const closing: (() => void)[] = [];
let got: { method: string; headers: http.IncomingHttpHeaders; body: string }[];
let leases: number;
beforeEach(() => {
  got = [];
  leases = 0;
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const listening = (server: http.Server, at: unknown) =>
  new Promise<void>((resolve) => {
    server.listen(at as number, resolve);
    closing.push(() => server.close().closeAllConnections());
  });

/** A gateway in front of a web that records its requests. */
async function serve(votesPerMinute?: number): Promise<{ url: string; port: number }> {
  const folder = mkdtempSync(`${tmpdir()}/gateway-`);
  closing.push(() => rmSync(folder, { recursive: true }));
  const socketPath = `${folder}/web.sock`;
  const web = http.createServer(async (request, response) => {
    const body = await text(request).catch(() => 'broken off');
    got.push({ method: request.method ?? '', headers: request.headers, body });
    response.end();
  });
  await listening(web, socketPath);
  const lease = async () => {
    leases += 1;
    return { target: { socketPath }, release: () => undefined, fail: () => undefined };
  };
  const endpoint = gateway({
    catalog: { services: { web: { prewarms: {} } as never } },
    services: new Map([['web', { name: 'web', isUp: true, lease }]]),
    invoker: { prewarm: () => undefined },
    streams: new Map(),
    voteRate: votesPerMinute === undefined ? undefined : new AddressRate(votesPerMinute),
  });
  await listening(endpoint, 0);
  const { port } = endpoint.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

/** Sends raw bytes, and returns the first part of the answer. */
const send = (port: number, bytes: string) =>
  new Promise<{ answer: string; socket: net.Socket }>((resolve) => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    closing.push(() => socket.destroy());
    socket.once('data', (answer) => resolve({ answer: String(answer), socket }));
    socket.write(bytes);
  });

test('waits for nothing without an end', () => {
  const endpoint = gateway({ streams: new Map() } as never);
  for (const limit of ['maxConnections', 'headersTimeout', 'requestTimeout', 'timeout', 'keepAliveTimeout'] as const)
    expect(endpoint[limit], limit).toBeGreaterThan(0);
});

describe('a body', () => {
  test('reaches web complete and with its length, however it was sent', async () => {
    const { port } = await serve();
    const chunked = 'Transfer-Encoding: chunked\r\n\r\n6\r\nchoice\r\n5\r\n=cats\r\n0\r\n\r\n';
    await send(port, `POST /vote HTTP/1.1\r\nHost: x\r\n${chunked}`);
    await send(port, 'POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nchoice=cats');
    expect(got.map(({ body, headers }) => [body, headers['content-length'], headers['transfer-encoding']])).toEqual([
      ['choice=cats', '11', undefined],
      ['choice=cats', '11', undefined],
    ]);
  });

  test.each(['x'.repeat(33 * 1024), 'x'.repeat(10 * 1024 * 1024)])(
    'over 32 KB is refused, and web hears nothing of it',
    async (body) => {
      const { url } = await serve();
      const answer = await fetch(`${url}/vote`, { method: 'POST', body });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ error: { type: 'RequestTooLargeException' } });
      expect(leases).toBe(0);
    },
  );

  test('finds room beside any number of incomplete ones', async () => {
    const { port, url } = await serve();
    for (let i = 0; i < 600; i += 1) {
      const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
      closing.push(() => socket.destroy());
      socket.write(`POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: 32768\r\n\r\n${'x'.repeat(30_000)}`);
    }
    const statuses = [];
    for (let i = 0; i < 20; i += 1) {
      const { status } = await fetch(`${url}/vote`, { method: 'POST', body: 'x'.repeat(30_000) });
      statuses.push(status);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('that arrives slowly, or is cut off, occupies no replica', async () => {
    const { port, url } = await serve();
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write('POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nchoice');
    await fetch(url);
    expect(leases).toBe(1);
    socket.destroy();
    await fetch(url);
    expect(got.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });
});

describe('with a rate of votes per address', () => {
  const vote = (url: string, headers: Record<string, string>, path = '/vote') =>
    fetch(`${url}${path}`, { method: 'POST', headers, body: 'choice=cats', redirect: 'manual' });

  test('a browser without JavaScript gets a page that says what to do', async () => {
    const { url } = await serve(2);
    const headers = { accept: 'text/html,*/*', 'content-type': 'application/x-www-form-urlencoded' };
    const answers = [await vote(url, headers), await vote(url, headers), await vote(url, headers)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const page = answers[2] as Response;
    expect(page.headers.get('retry-after')).toBe('30');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toMatch(
      /More than 2 votes a minute came from your address\. Try again in 30 s\..*<a href="\/">/s,
    );
    expect(leases).toBe(2);
  });

  test('a script gets the same in JSON', async () => {
    const { url } = await serve(1);
    await vote(url, { accept: 'application/json' });
    const answer = await vote(url, { accept: 'application/json' });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('60');
    const message = 'More than 1 votes a minute came from your address. Try again in 60 s.';
    expect(await answer.json()).toEqual({ error: { type: 'TooManyRequestsException', message } });
  });

  test('no spelling of the path, and no forwarding header, gets past it', async () => {
    const { url } = await serve(1);
    await vote(url, {});
    for (const path of ['/vote/', '//vote', '/%76ote', '/vote?x=1', '/VOTE', '/presenter/votes'])
      expect((await vote(url, { 'x-forwarded-for': '10.0.0.9', forwarded: 'for=10.0.0.9' }, path)).status).toBe(429);
  });

  test('reading is not voting', async () => {
    const { url } = await serve(1);
    for (let i = 0; i < 5; i += 1) expect((await fetch(url)).status).toBe(200);
  });

  test('there is none by default', async () => {
    const { url } = await serve();
    for (let i = 0; i < 50; i += 1) expect((await vote(url, {})).status).toBe(200);
  });
});
