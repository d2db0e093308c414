import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LABEL = 'org.serverless-vote';
const DOCKER_DEADLINE_MS = 20_000;

export async function docker(...words: string[]): Promise<string> {
  const { stdout } = await run('docker', words, { timeout: DOCKER_DEADLINE_MS });
  return stdout.trim();
}

/** IDs of a stack's running containers with this name. */
export async function containers(stack: string, name: string): Promise<string[]> {
  const filters = [`${LABEL}.launcher=${stack}`, `${LABEL}.name=${name}`].flatMap((label) => [
    '--filter',
    `label=${label}`,
  ]);
  return (await docker('ps', '--quiet', ...filters)).split('\n').filter(Boolean);
}

export const onlyContainer = async (stack: string, name: string): Promise<string | undefined> =>
  (await containers(stack, name).catch(() => []))[0];
