// Runs next to the stack until Ctrl-C: Next.js in development mode, and a watcher that rebuilds functions whose files were saved.
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { relay } from './control-relay.mts';
import { Rebuilder } from './rebuilder.mts';
import { webEnvironment } from './web-environment.mts';

const root = join(import.meta.dirname, '../..');
const { STACK = 'serverless-vote', LOCAL_URL = 'http://localhost:8080', DEV_PORT = '3000' } = process.env;

const folder = mkdtempSync(join(tmpdir(), 'dev-'));
const socket = join(folder, 'control.sock');
const control = relay(STACK, socket);
const pages = spawn(process.execPath, ['dev.ts'], {
  cwd: join(root, 'apps/web'),
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(await webEnvironment(STACK, LOCAL_URL)),
    ...{ NODE_ENV: 'development', CONTROL_ADDRESS: socket, GATEWAY_URL: LOCAL_URL, DEV_PORT },
  },
});

const rebuilder = new Rebuilder(root, STACK);
const sources = globSync('packages/*/{src,migrations}', { cwd: root });
const watchers = ['functions', 'apps/launcher/src', ...sources].map((path) =>
  watch(join(root, path), { recursive: true }, (_, file) => rebuilder.saved(join(path, file ?? ''))),
);

function stop(): void {
  for (const watcher of watchers) watcher.close();
  control.close();
  pages.kill();
  rmSync(folder, { recursive: true, force: true });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
pages.once('exit', (code) => {
  stop();
  process.exit(code ?? 0);
});
