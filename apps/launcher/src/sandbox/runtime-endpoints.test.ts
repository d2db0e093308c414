import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../model/invocation.ts';
import type { RuntimeClient } from './runtime-client.ts';
import { runtimeApiOnSockets, runtimeApiOverTcp } from './runtime-endpoints.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A sandbox that has the event `of-<name>` in flight. */
function client(name: string) {
  const answers: Outcome[] = [];
  const sandbox: RuntimeClient = {
    name,
    allowedInFlight: 1,
    standing: (id) => (id === `of-${name}` ? 'in-hand' : 'not-yours'),
    poll: () => 'open',
    unpoll: () => undefined,
    answer: (_id, outcome) => void answers.push(outcome),
    initFailed: () => undefined,
  };
  return { sandbox, answers };
}

async function open() {
  const { server, openRuntimeEndpoint } = runtimeApiOverTcp(() => 'launcher:1');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const answer = (requestId: string, token?: string, agent?: http.Agent) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = token === undefined ? {} : { 'serverless-vote-token': token };
      const path = `/2018-06-01/runtime/invocation/${requestId}/response`;
      const request = http.request({ port, host: '127.0.0.1', method: 'POST', path, headers, agent }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      request.end('1');
    });
  const [one, other] = [client('one'), client('other')];
  const endpoint = await openRuntimeEndpoint('one', one.sandbox);
  const otherEndpoint = await openRuntimeEndpoint('other', other.sandbox);
  const tokenOf = ({ environment }: typeof endpoint) => environment.SERVERLESS_VOTE_TOKEN ?? '';
  return { answer, one, other, endpoint, token: tokenOf(endpoint), otherToken: tokenOf(otherEndpoint) };
}

describe('the runtime API over TCP', () => {
  test('identifies a sandbox by its token', async () => {
    const { answer, one, other, token } = await open();
    expect(await answer('of-one', token)).toBe(202);
    expect([one.answers.length, other.answers.length]).toEqual([1, 0]);
  });

  test('refuses requests without a token, or with one that is almost right', async () => {
    const { answer, one, token } = await open();
    const last = token.at(-1) === 'A' ? 'B' : 'A';
    for (const wrong of [undefined, '', 'one', 'one.', `${token.slice(0, -1)}${last}`, `other.${token.split('.')[1]}`])
      expect(await answer('of-one', wrong)).toBe(403);
    expect(one.answers).toEqual([]);
  });

  test('does not let a sandbox answer for another', async () => {
    const { answer, one, otherToken } = await open();
    expect(await answer('of-one', otherToken)).toBe(403);
    expect(one.answers).toEqual([]);
  });

  test('revokes a token with its sandbox, even on an open connection', async () => {
    const { answer, one, endpoint, token } = await open();
    const agent = new http.Agent({ keepAlive: true });
    expect(await answer('of-one', token, agent)).toBe(202);
    endpoint.close();
    await expect(answer('of-one', token, agent).catch(() => 403)).resolves.toBe(403);
    expect(one.answers.length).toBe(1);
  });
});

test('a socket whose folder cannot be removed is closed all the same, and that ends nothing', async () => {
  const directory = mkdtempSync(`${tmpdir()}/endpoints-`);
  const { close } = await runtimeApiOnSockets(directory)('one', client('one').sandbox);
  rmSync(directory, { recursive: true });
  symlinkSync(directory, directory);
  expect(close).not.toThrow();
  unlinkSync(directory);
});
