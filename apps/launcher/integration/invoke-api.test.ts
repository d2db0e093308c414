import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { baseUrl, controlUrl, invoke, invokeRaw, send, total, vote, watchCreations, watchEngine } from './stack.ts';

const REQUEST_ID = /^[0-9a-f-]{36}$/;

describe('an invocation', () => {
  test('records the vote, and returns the container, the start kind, and the duration of each phase', async () => {
    const voterId = randomUUID();
    const before = await total();
    const answer = await vote('dogs', voterId);
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ voterId, choice: 'dogs', recordedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(answer.headers['x-amzn-requestid']).toMatch(REQUEST_ID);
    expect(answer.headers['x-container-id']).toMatch(/^[0-9a-f]{12}$/);
    expect(answer.headers['x-start-kind']).toMatch(/^(cold|prewarmed|warm)$/);
    expect(answer.headers['server-timing']).toMatch(/^queue;dur=[\d.]+, .*run;dur=[\d.]+$/);
    expect(answer.headers['x-amz-function-error']).toBeUndefined();
    expect(await total()).toBe(before + 1);
  });

  test('of a voter who has already voted changes the vote', async () => {
    const voterId = randomUUID();
    await vote('dogs', voterId);
    const before = await total();
    await vote('cats', voterId);
    expect(await total()).toBe(before);
  });

  test('without a body is the event {}', async () => {
    expect((await invokeRaw('fetch-results', '')).json()).toMatchObject({ options: [{ id: 'cats' }, { id: 'dogs' }] });
  });

  test.each(['application/json', 'application/octet-stream', 'text/plain', 'multipart/form-data; boundary=x'])(
    'takes its event whatever Content-Type says: %s',
    async (type) => {
      expect((await invoke('fetch-results', {}, { 'content-type': type })).status).toBe(200);
    },
  );

  test.each([
    'arn:aws:lambda:local:000000000000:function:fetch-results',
    'fetch-results:$LATEST',
    'fetch-results?Qualifier=$LATEST',
  ])('names its function as %s', async (name) => {
    const [path, query = ''] = name.split('?');
    const answer = await send(
      controlUrl,
      `/2015-03-31/functions/${encodeURIComponent(path ?? '')}/invocations?${query}`,
      { method: 'POST' },
    );
    expect(answer.status).toBe(200);
  });

  test('as a DryRun checks everything and starts nothing', async () => {
    const engine = await watchEngine('misbehave');
    const headers = { 'x-amz-invocation-type': 'DryRun' };
    expect(await invoke('misbehave', {}, headers)).toMatchObject({ status: 204, text: '' });
    expect((await invoke('nobody', {}, headers)).status).toBe(404);
    expect((await invokeRaw('misbehave', '{', headers)).status).toBe(400);
    expect(await engine.end()).toEqual([]);
  });

  test('returns the end of its log on demand, and the last line is the REPORT', async () => {
    const answer = await invoke('misbehave', { do: 'say', text: 'as told' }, { 'x-amz-log-type': 'Tail' });
    const lines = Buffer.from(answer.headers['x-amz-log-result'] ?? '', 'base64')
      .toString()
      .trimEnd()
      .split('\n');
    const id = answer.headers['x-amzn-requestid'];
    expect(lines[0]).toBe(`START RequestId: ${id} Version: $LATEST`);
    expect(lines).toContain('as told');
    expect(lines.at(-1)).toMatch(
      new RegExp(`^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB`),
    );
  });
});

describe('a bad event', () => {
  const good = { voterId: randomUUID(), choice: 'cats' };

  test.each([
    ['is not JSON', '{"voterId":', 400, 'InvalidRequestContentException'],
    ['has 7 MB', JSON.stringify('x'.repeat(7 * 1024 * 1024)), 413, 'RequestTooLargeException'],
  ])('that %s gets its 4xx', async (_case, body, status, type) => {
    const answer = await invokeRaw('record-vote', body);
    expect(answer).toMatchObject({ status, headers: { 'x-amzn-errortype': type } });
    expect(answer.json()).toEqual({ Type: 'User', Message: expect.stringMatching(/\w+/) });
  });

  const bad: [string, unknown][] = [
    ['null', null],
    ['a list', []],
    ['a text', 'cats'],
    ['no voter', { choice: 'cats' }],
    ['a voter that is no UUID', { ...good, voterId: "'; drop table votes; --" }],
    ['a number as choice', { ...good, choice: 1 }],
    ['a NUL', { ...good, choice: 'cats\0' }],
    ['an option that is not offered', { ...good, choice: 'birds' }],
    ['a very long choice', { ...good, choice: 'c'.repeat(100_000) }],
    ['half of a surrogate pair', { ...good, choice: '\ud800' }],
    ['another prototype', JSON.parse('{"__proto__":{"choice":"cats"},"voterId":"x"}')],
  ];
  test(`gets a function error, counts for nothing, and the next vote works: ${bad.map(([what]) => what).join(', ')}`, async () => {
    const before = await total();
    for (const [what, event] of bad) {
      const [answer, next] = await Promise.all([invoke('record-vote', event), vote()]);
      expect(answer, what).toMatchObject({ status: 200, headers: { 'x-amz-function-error': 'Unhandled' } });
      expect(answer.json(), what).toMatchObject({
        errorType: expect.stringMatching(/^(InvalidEvent|UnknownOption)$/),
        errorMessage: expect.any(String),
      });
      expect(next.status, what).toBe(200);
    }
    expect(await total()).toBe(before + bad.length);
  });

  test.each([
    'nobody',
    '..%2frecord-vote',
    '%2e%2e',
    'serverless-vote%2fdatabase',
    'alpine:latest',
    'docker.io%2flibrary%2falpine',
    'record-vote%00',
    'RECORD-VOTE',
    '__proto__',
    'record-vote;ls',
  ])('for %s starts nothing', async (name) => {
    const creations = await watchCreations();
    const answer = await invoke(name, good);
    expect(answer).toMatchObject({ status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } });
    expect(creations.end().join()).not.toContain(name);
  });
});

describe('the control API', () => {
  test.each(['/2015-03-31/functions', '/2015-03-31/functions/'])('lists the catalog at %s', async (path) => {
    const { Functions } = (await send(controlUrl, path)).json() as { Functions: { FunctionName: string }[] };
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(
      expect.arrayContaining(['record-vote', 'fetch-results']),
    );
  });

  test.each([
    ['a foreign Host, as DNS rebinding would bring', { host: 'attacker.example' }],
    ['another origin', { origin: 'http://attacker.example' }],
    ['an origin that is null', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://localhost:3000' }],
    ['another site, by the browser’s own word', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', async (_case, headers) => {
    const answer = await send(controlUrl, '/2015-03-31/functions', {
      headers: { host: '127.0.0.1:9000', ...headers } as Record<string, string>,
    });
    expect(answer).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } });
  });

  test('has metrics and is healthy', async () => {
    expect((await send(controlUrl, '/metrics')).text).toMatch(
      /^invocations_total\{function="record-vote",start_kind="\w+",outcome="success"\} \d+$/m,
    );
    expect((await send(controlUrl, '/healthz')).json()).toEqual({ status: 'ok' });
  });

  test.each([
    '/2015-03-31/functions',
    '/2015-03-31/functions/record-vote/invocations',
    '/metrics',
    '/events',
    '/healthz',
    '//2015-03-31/functions',
    '/streams/../metrics',
    '/%6detrics',
    '/2018-06-01/runtime/invocation/next',
  ])('can’t be reached through the gateway: %s', async (path) => {
    for (const method of ['GET', 'POST'])
      expect((await send(baseUrl, path, { method })).status).toBeGreaterThanOrEqual(308);
    expect((await send(baseUrl, path)).text).not.toMatch(/FunctionArn|# HELP|"status":"ok"/);
  });
});
