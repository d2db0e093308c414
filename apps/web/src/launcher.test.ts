import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { invoke, isVotingPaused } from './launcher.ts';

const folder = mkdtempSync(join(tmpdir(), 'web-'));
afterAll(() => rmSync(folder, { recursive: true }));
const CONTROL_SOCKET = join(folder, 'control.sock');
vi.mock('./env.ts', () => ({ env: () => ({ CONTROL_ADDRESS: CONTROL_SOCKET, CONTROL_TOKEN: '' }) }));

let control: Server | undefined;
const answering = (answer: RequestListener) =>
  new Promise<void>((resolve) => {
    control = createServer(answer).listen(CONTROL_SOCKET, resolve);
  });

beforeEach(() => rmSync(CONTROL_SOCKET, { force: true }));
afterEach(() => {
  control?.closeAllConnections();
  control?.close();
});

const headers = {
  'x-amzn-requestid': 'r1',
  'x-start-kind': 'prewarmed',
  'x-container-id': 'a1b2c3d4e5f6',
  'server-timing': 'queue;dur=0.1, run;dur=4',
};

describe('an invocation', () => {
  it.each([
    ['6 MB of brackets', '['.repeat(6 * 1024 * 1024)],
    ['a long list', JSON.stringify(Array(64 * 1024).fill(1))],
    ['no JSON', 'data'],
  ])('fails when the function answers with %s, which is not read to its end', async (_case, result) => {
    let left = false;
    await answering((_request, response) => {
      response.once('close', () => {
        left = !response.writableFinished;
      });
      response.writeHead(200, headers).end(result);
    });
    await expect(invoke('fetch-results', {})).rejects.toMatchObject({ kind: 'failed' });
    if (result.length > 1024 * 1024) await vi.waitFor(() => expect(left).toBe(true));
  });

  it('may have a longer result where its caller expects one, such as all polls', async () => {
    const list = JSON.stringify(Array(64 * 1024).fill(1));
    await answering((_request, response) => {
      response.writeHead(200, headers).end(list);
    });
    expect((await invoke('list-polls', {}, {}, list.length * 2)).result).toHaveLength(64 * 1024);
    await expect(invoke('list-polls', {}, {}, list.length - 1)).rejects.toMatchObject({ kind: 'failed' });
  });

  it('posts the event and returns the result, and how it was produced', async () => {
    let asked = '';
    await answering(async (request, response) => {
      asked = `${request.method} ${request.url} ${await text(request)}`;
      response.writeHead(200, headers).end('{"recordedAt":"now"}');
    });
    expect(await invoke('record-vote', { choice: 'cats' })).toEqual({
      result: { recordedAt: 'now' },
      requestId: 'r1',
      containerId: 'a1b2c3d4e5f6',
      startKind: 'prewarmed',
      durationMs: expect.any(Number),
      phases: { queueMs: 0.1, runMs: 4 },
    });
    expect(asked).toBe('POST /2015-03-31/functions/record-vote/invocations {"choice":"cats"}');
  });

  it.each([
    [429, {}, '{"Message":"m"}', 'busy'],
    [503, {}, '{"Message":"m"}', 'unavailable'],
    [500, {}, '{"Message":"m"}', 'failed'],
    [404, {}, 'not even JSON', 'failed'],
    [200, { 'x-amz-function-error': 'Unhandled' }, '{"errorType":"UnknownOption"}', 'refused'],
    [200, { 'x-amz-function-error': 'Unhandled' }, '{"errorType":"InvalidEvent"}', 'refused'],
    [200, { 'x-amz-function-error': 'Unhandled' }, '{"errorType":"TypeError"}', 'failed'],
  ])('that is answered %i %j %s is %4$s', async (status, extra, body, kind) => {
    await answering((_, response) =>
      response.writeHead(status, { ...headers, ...extra, 'retry-after': '3' }).end(body),
    );
    await expect(invoke('record-vote', {})).rejects.toMatchObject({ name: 'InvocationError', kind });
  });

  it('passes on Retry-After', async () => {
    await answering((_, response) => response.writeHead(429, { 'retry-after': '3' }).end('{}'));
    await expect(invoke('record-vote', {})).rejects.toMatchObject({ retryAfter: '3' });
  });

  it('is unavailable when nothing listens on the socket', async () => {
    await expect(invoke('record-vote', {})).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is sent again over a new connection when the launcher closed the old one', async () => {
    const answer: RequestListener = (_, response) => response.writeHead(200, headers).end('{}');
    await answering(answer);
    await invoke('record-vote', {});
    control?.closeAllConnections();
    expect(await invoke('record-vote', {})).toHaveProperty('requestId', 'r1');
  });
});

describe('voting', () => {
  it.each([
    [503, true],
    [200, false],
    [403, false],
  ])('is paused when the launcher’s health is %i: %s', async (status, paused) => {
    let asked = '';
    await answering((request, response) => {
      asked = `${request.method} ${request.url}`;
      response.writeHead(status).end('{}');
    });
    expect(await isVotingPaused()).toBe(paused);
    expect(asked).toBe('GET /healthz');
  });

  it('is not said to be paused by a launcher that can’t be reached', async () => {
    expect(await isVotingPaused()).toBe(false);
  });
});
