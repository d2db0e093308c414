import { execFileSync } from 'node:child_process';
import type { Shell } from './shell.mts';

/** The longest wait of a step. */
const WAIT_MS = 60_000;
/** Steps that install, build or start a stack. They have deadlines of their own, and a fresh machine takes minutes. */
const BUILD_MS = 900_000;
const BUILDS = /\bmake (run|swarm|monitor|classic)\b|\bturbo gen\b|\bnpm test\b/;

/** The time limit of a step. */
export const limitOf = (commands: string): number => (BUILDS.test(commands) ? BUILD_MS : WAIT_MS);

/** The lines in which the commands wait for something. */
export const waitsOf = (commands: string): string[] =>
  commands
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /\b(?:until|while) |^(?:wait|sleep) /.test(line));

/**
 * Runs a step's commands and returns their output.
 * @throws {Error} if one of them fails or they take too long, with what they waited for, their output so far, and what `look` sees
 */
export async function runStep(
  shell: Pick<Shell, 'run'>,
  commands: string,
  look: () => string,
  withinMs = limitOf(commands),
): Promise<string> {
  const { output, status } = await shell.run(commands, withinMs).catch((error: Error) => {
    const waits = waitsOf(commands);
    const waitedFor = waits.length === 0 ? '' : `\nIt waited for:\n${waits.join('\n')}\n`;
    throw new Error(`${error.message}\n${waitedFor}\nThere was:\n${look()}`);
  });
  if (status !== 0) throw new Error(`The commands ended with ${status} and printed:\n${output}`);
  return output;
}

/** A stack's containers, and the launcher's metrics of containers, queues and database. */
export function stateOf(stack: string, controlPort: string): string {
  const said = (command: string, ...args: string[]) => {
    try {
      return execFileSync(command, args, { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      return `${command}: ${error instanceof Error ? error.message.split('\n')[0] : error}\n`;
    }
  };
  const ours = ['--filter', `label=org.serverless-vote.launcher=${stack}`];
  const containers = said(
    'docker',
    ...['ps', '--all', ...ours, '--format', '{{.Label "org.serverless-vote.name"}}\t{{.ID}}\t{{.Status}}'],
  );
  const metrics = said('curl', '--silent', '--show-error', '--max-time', '5', `http://127.0.0.1:${controlPort}/metrics`)
    .split('\n')
    .filter((line) => /^(?:curl:|(?:containers|invocations_waiting|async_events|database_up)\b.* [^0])/.test(line));
  return `${containers || 'no container\n'}${metrics.join('\n')}`;
}
