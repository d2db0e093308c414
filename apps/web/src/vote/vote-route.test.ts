import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { voteRoute } from './vote-route.ts';

const recorded = { voterId: 'v', choice: 'cats', recordedAt: '2026-01-01T00:00:00.000Z' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json', accept: 'application/json' };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

type LaunchersAnswer = { status: number; headers?: Record<string, string>; body: unknown };

/** A launcher that answers as the test says, and what it was sent. */
let launcher: Server;
let web: Server;
let answer: LaunchersAnswer;
let events: { voterId: string; choice: string; poll?: string }[];
let traces: (string | undefined)[];

const listening = (server: Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
let origin: string;

beforeAll(async () => {
  launcher = createServer(async (request: IncomingMessage, response) => {
    events.push(JSON.parse((await request.toArray()).join('')));
    traces.push(request.headers.traceparent?.toString());
    response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
  });
  vi.stubEnv('CONTROL_ADDRESS', await listening(launcher));
  vi.stubEnv('LISTEN_ADDRESS', '0');
  vi.stubEnv('SESSION_SECRET', 's'.repeat(43));
  vi.stubEnv('STACK_ID', 'stack');
  web = createServer((request, response) => void (voteRoute(request, response) || response.writeHead(404).end('Next')));
  origin = `http://${await listening(web)}`;
});
beforeEach(() => {
  answer = { status: 200, headers: { 'x-start-kind': 'warm' }, body: recorded };
  events = [];
  traces = [];
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const server of [web, launcher]) server.close().closeAllConnections();
});

const vote = (headers: Record<string, string>, body: string, path = '/vote') =>
  fetch(`${origin}${path}`, { method: 'POST', headers, body, redirect: 'manual' });
const cookiesOf = (response: Response) => response.headers.getSetCookie().map((cookie) => cookie.split(/[=;]/, 1)[0]);

describe('a vote', () => {
  it('from a form is answered with the vote page, which finds voter and receipt in cookies', async () => {
    const response = await vote(form, 'choice=cats');
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    expect(cookiesOf(response)).toEqual(['voter-stack', 'receipt-stack']);
    expect(events).toEqual([{ voterId: expect.any(String), choice: 'cats' }]);
  });
  it('goes to the poll that the voter saw', async () => {
    await vote(form, 'poll=pets&choice=cats');
    await vote(json, '{"choice":"cats","poll":"pets"}');
    await vote(form, 'poll=&choice=cats');
    expect(events.map(({ poll }) => poll)).toEqual(['pets', 'pets', undefined]);
  });
  it('from a script is answered with the receipt, and is not cached', async () => {
    const response = await vote(json, '{"choice":"dogs"}', '/vote?from=here');
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toMatchObject({ choice: 'dogs', recordedAt: recorded.recordedAt, startKind: 'warm' });
  });
  it('with the cookie of an earlier one is the same voter’s', async () => {
    const [cookie = ''] = (await vote(form, 'choice=cats')).headers.getSetCookie();
    const second = await vote({ ...form, cookie: `other=1; ${cookie.split(';', 1)[0]}` }, 'choice=dogs');
    expect(cookiesOf(second)).toEqual(['receipt-stack']);
    expect(events[1]?.voterId).toBe(events[0]?.voterId);
  });
  it('stays in its trace', async () => {
    await vote({ ...json, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }, '{"choice":"cats"}');
    expect(traces).toEqual([expect.stringMatching(new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`))]);
  });
});

describe('a request that is no vote never reaches the launcher:', () => {
  it.each([
    ['from another site', { ...json, origin: 'http://evil.test' }, '{"choice":"cats"}', 403],
    ['without a choice', json, '{}', 400],
    ['of another type', { accept: 'application/json', 'content-type': 'text/plain' }, 'choice=cats', 415],
    ['longer than any vote', json, `{"choice":"${'c'.repeat(17_000)}"}`, 413],
  ])('%s', async (_, headers, body, status) => {
    const response = await vote(headers, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: { type: expect.any(String), message: expect.any(String) } });
    expect(events).toEqual([]);
  });
  it('a GET', async () => {
    const response = await fetch(`${origin}/vote`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
  it('a POST to any other path is not the route’s', async () => {
    for (const path of ['/', '/vote/', '/votes', '/VOTE'])
      expect(await (await vote(form, 'choice=cats', path)).text()).toBe('Next');
  });
});

describe('a vote that was not recorded', () => {
  it.each<[string, LaunchersAnswer, number, string]>([
    ['throttled', { status: 429, headers: { 'retry-after': '3' }, body: {} }, 429, 'busy'],
    ['while the launcher is away', { status: 503, headers: { 'retry-after': '3' }, body: {} }, 503, 'paused'],
    ['for a poll that is closed', functionError('PollClosed'), 409, 'closed'],
    ['whose function failed', functionError('Error'), 502, 'failed'],
    ['with an answer that isn’t the function’s', { status: 200, body: null }, 502, 'failed'],
  ])('%s is told so, and the next try is the same voter’s', async (_, given, status, problem) => {
    answer = given;
    const script = await vote(json, '{"choice":"cats"}');
    expect(script.status).toBe(status);
    expect(script.headers.get('retry-after')).toBe(given.headers?.['retry-after'] ?? null);
    expect(cookiesOf(script)).toEqual(['voter-stack']);
    const page = await vote(form, 'choice=cats');
    expect([page.status, page.headers.get('location')]).toEqual([303, `/?problem=${problem}`]);
  });
});

describe('a vote for an option that the poll lacks', () => {
  beforeEach(() => {
    answer = functionError('UnknownOption');
  });
  it('from a script is refused', async () => {
    const response = await vote(json, '{"choice":"birds"}');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'UnknownOption' } });
  });
  it('from a form, which none of our pages sends, is refused with a page', async () => {
    const response = await vote(form, 'choice=birds');
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(await response.text()).toContain('This is not one of the answers');
  });
});

function functionError(errorType: string) {
  return { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorType, errorMessage: 'no' } };
}
