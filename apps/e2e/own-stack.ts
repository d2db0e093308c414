import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stack } from './stack.ts';

const SCRIPTS = join(import.meta.dirname, '../../infra/stack');
const START =
  'take_down --volumes >&2; read -r PORT CONTROL_PORT < <(free_ports); export PORT CONTROL_PORT; choose_urls; start_stack >&2; wait_until_ready >&2; echo "$PORT $CONTROL_PORT"';
const STOP = 'choose_urls; take_down --volumes';

/** A second stack next to the tested one, from the same images. */
export interface OwnStack {
  name: string;
  url: string;
  controlUrl: string;
  stop(): Promise<void>;
}

/** Starts it in a few seconds. Always call `stop` afterwards, which removes everything. */
export async function startOwnStack(suffix: string, settings: Record<string, string> = {}): Promise<OwnStack> {
  const name = `${stack.name}-${suffix}`;
  const env = {
    ...process.env,
    ...{ SAY_SCREEN: '', STEP_NAME: '', STEP_NOTE: '', WITHOUT_ENV_FILE: '1', COMPOSE_FILE: 'docker-compose.yml' },
    ...{ STACK: name, PUBLIC_URL: '', BIND: '127.0.0.1' },
    ...settings,
  };
  const run = async (commands: string) => {
    const script = `set -euo pipefail; . ${SCRIPTS}/settings.sh; . ${SCRIPTS}/start.sh; ${commands}`;
    return (await promisify(execFile)('bash', ['-c', script], { env })).stdout;
  };
  const stop = async () => void (await run(STOP));
  try {
    const [port, controlPort] = (await run(START)).trim().split(' ');
    return { name, url: `http://localhost:${port}`, controlUrl: `http://127.0.0.1:${controlPort}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
