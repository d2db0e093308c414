import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '@serverless-vote/e2e/free-port';

const SCRIPTS = join(import.meta.dirname, '../../../infra/stack');
const START = 'take_down --volumes; start_stack; wait_until_ready';

/** A second stack next to the tested one, from the same images, with its own settings. */
export interface SecondStack {
  url: string;
  stop(): void;
}

/** Starts it in a few seconds. Always call `stop` afterwards, which removes everything. */
export async function startSecondStack(settings: Record<string, string> & { STACK: string }): Promise<SecondStack> {
  const [port = 0, controlPort = 0] = await Promise.all([freePort(), freePort()]);
  const env = {
    ...process.env,
    ...{ SAY_SCREEN: '', STEP_NAME: '', STEP_NOTE: '', WITHOUT_ENV_FILE: '1', COMPOSE_FILE: 'docker-compose.yml' },
    ...{ PORT: `${port}`, CONTROL_PORT: `${controlPort}`, BIND: '127.0.0.1' },
    ...settings,
  };
  const run = (commands: string) => {
    const script = `set -euo pipefail; . ${SCRIPTS}/settings.sh; . ${SCRIPTS}/start.sh; choose_urls; ${commands}`;
    execFileSync('bash', ['-c', script], { env, stdio: 'pipe' });
  };
  const stop = () => run('take_down --volumes');
  try {
    run(START);
  } catch (error) {
    stop();
    throw error;
  }
  return { url: `http://localhost:${port}`, stop };
}
