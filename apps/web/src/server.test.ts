import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/** The program as it is built, in a folder that has no Next. */
const folder = mkdtempSync(join(tmpdir(), 'web-'));
const socketPath = join(folder, 'web.sock');
let launcher: http.Server;
let web: ChildProcess;

beforeAll(async () => {
  const control = join(folder, 'control.sock');
  const recorded = { voterId: 'v', choice: 'cats', recordedAt: '2026-01-01T00:00:00.000Z' };
  launcher = http.createServer((request, response) =>
    request.resume().on('end', () => response.end(JSON.stringify(recorded))),
  );
  await once(launcher.listen(control), 'listening');
  const outfile = join(folder, 'server.mjs');
  const entryPoints = [join(import.meta.dirname, 'server.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', external: ['next'] });
  const env = {
    NODE_ENV: 'production' as const,
    LISTEN_ADDRESS: socketPath,
    CONTROL_ADDRESS: control,
    SESSION_SECRET: 's'.repeat(43),
    STACK_ID: 'stack',
  };
  web = spawn(process.execPath, [outfile], { env, stdio: 'ignore' });
  await vi.waitFor(() => ask('GET', '/voting'), { timeout: 60_000 });
});
afterAll(() => {
  web.kill('SIGKILL');
  launcher.close().closeAllConnections();
  rmSync(folder, { recursive: true });
});

async function ask(method: string, path: string, body = ''): Promise<{ status: number | undefined; body: unknown }> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const request = http.request({ socketPath, path, method, headers, agent: false }).end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, body: JSON.parse((await response.toArray()).join('')) };
}

test('votes, and what a page asks ahead of one, are answered before Next is loaded', async () => {
  expect(await ask('GET', '/voting?again')).toEqual({ status: 200, body: { isPaused: false } });
  expect(await ask('POST', '/vote', '{"choice":"cats"}')).toMatchObject({ status: 200, body: { choice: 'cats' } });
});

test('it ends if Next can’t be loaded for a page', async () => {
  const ended = once(web, 'exit');
  await expect(ask('GET', '/')).rejects.toThrow('socket hang up');
  expect(await ended).toEqual([1, null]);
});
