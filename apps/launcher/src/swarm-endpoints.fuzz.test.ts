import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { anyText, forAll } from '@serverless-vote/fuzz';
import { Tokens } from '@serverless-vote/http-server/tokens';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Poll } from './sandbox/runtime-client.ts';
import { runtimeApiOverTcp } from './sandbox/runtime-endpoints.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

let port: number;
let runtime: ReturnType<typeof runtimeApiOverTcp>;
beforeEach(async () => {
  runtime = runtimeApiOverTcp(() => 'launcher:9001');
  await new Promise<void>((resolve) => runtime.server.listen(0, '127.0.0.1', resolve));
  port = (runtime.server.address() as AddressInfo).port;
  closing.push(() => runtime.server.close().closeAllConnections());
});

/** A sandbox that has the event of its own name in flight, its token, and what it has answered. */
async function sandbox(name: string) {
  const answered: string[] = [];
  const endpoint = await runtime.openRuntimeEndpoint(name, {
    name: 'a-function',
    allowedInFlight: 1,
    standing: (id) => (id === name && answered.length === 0 ? 'in-hand' : id === name ? 'answered' : 'not-yours'),
    poll: (_: Poll) => 'open',
    unpoll: () => undefined,
    answer: (id) => void answered.push(id),
    initFailed: () => undefined,
  });
  return { endpoint, answered, token: endpoint.environment.SERVERLESS_VOTE_TOKEN ?? '' };
}

const respond = (event: string, token?: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const path = `/2018-06-01/runtime/invocation/${event}/response`;
    const headers = token === undefined ? {} : { 'serverless-vote-token': token };
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', path, headers, agent: false }, (response) =>
      resolve(response.resume().statusCode),
    );
    request.on('error', reject).end('1');
  });

test('a sandbox gets no more connections than it needs, whatever the others have', async () => {
  const [one, other] = [await sandbox('one'), await sandbox('other')];
  const answers: string[] = [];
  for (let i = 0; i < 8; i += 1) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    closing.push(() => socket.destroy());
    socket.on('data', (data) => answers.push(String(data).slice(0, 12)));
    const head = `Host: x\r\nServerless-Vote-Token: ${one.token}\r\n\r\n`;
    socket.write(`GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n${head}`);
  }
  await expect.poll(() => answers).toEqual(['HTTP/1.1 403', 'HTTP/1.1 403', 'HTTP/1.1 403']);
  expect(await respond('other', other.token)).toBe(202);
});

test('no token is valid that was not issued', () => {
  const tokens = new Tokens<string>();
  tokens.issue('one', 'holder');
  return forAll(anyText, 1000, (text) => {
    for (const token of [text, `one.${text}`])
      expect(tokens.holderOf({ headers: { 'serverless-vote-token': token } } as never)).toBeUndefined();
  });
});
