import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { ByteBudget } from '../http/body.ts';
import type { Invoker } from '../invoke/invoker.ts';
import type { Catalog } from '../model/catalog.ts';
import { webApi } from './web-api.ts';

let server: http.Server | undefined;
afterEach(() => server?.close().closeAllConnections());

async function invokeAsWeb(body: string) {
  const invoke = vi.fn<Invoker['invoke']>().mockRejectedValue(new Error('enough'));
  const app = webApi({
    catalog: { web: { mayInvoke: ['record-vote'] } } as Catalog,
    invoker: { invoke } as unknown as Invoker,
    bodies: new ByteBudget(32 * 1024 * 1024),
    presenter: { key: undefined, kill: () => Promise.reject(new Error('nobody asked')) },
    health: async () => ({ status: 'ok' }),
    knowsWeb: () => true,
  });
  server = http.createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/record-vote/invocations`;
  const { status } = await fetch(url, { method: 'POST', body });
  return { status, invoked: invoke.mock.calls.length };
}

test('an event of web is at most as large as a post that the gateway takes', async () => {
  expect(await invokeAsWeb(`"${'x'.repeat(64 * 1024 - 2)}"`)).toMatchObject({ invoked: 1 });
  expect(await invokeAsWeb(`"${'x'.repeat(64 * 1024 - 1)}"`)).toEqual({ status: 413, invoked: 0 });
  expect(await invokeAsWeb('['.repeat(6 * 1024 * 1024))).toEqual({ status: 413, invoked: 0 });
});
