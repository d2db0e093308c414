import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

let loading: Promise<Handle> | undefined;

/**
 * Answers a request with Next. Loading it takes most of the time of a start, so that is left to the first request that needs it: a vote
 * that finds no web does not wait for it (docs/decisions/0032). If it can't be loaded, the process ends, and the gateway starts another.
 */
export async function pages(request: IncomingMessage, response: ServerResponse): Promise<void> {
  loading ??= load();
  const handle = await loading;
  await handle(request, response);
}

async function load(): Promise<Handle> {
  const dir = import.meta.dirname;
  process.chdir(dir);
  const { config } = JSON.parse(readFileSync(join(dir, '.next/required-server-files.json'), 'utf8'));
  // biome-ignore lint/style/noProcessEnv: Next reads its finished configuration from here, as in its own server.js
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
  const { default: next } = await import('next');
  // `hostname` and `port` don't appear in any response: redirects are relative, and everything else uses the browser's Host.
  const app = next({ dev: false, dir, conf: config, customServer: true, hostname: 'localhost', port: 80 });
  await app.prepare();
  return app.getRequestHandler();
}
