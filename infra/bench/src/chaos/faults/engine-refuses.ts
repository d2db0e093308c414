import type Docker from 'dockerode';
import { until } from '../../until.ts';
import type { Fault, Scene } from '../fault.ts';

const GONE_MS = 60_000;
/** More than there will be. */
const EVERY = 1_000_000;

/** An engine that refuses every removal while a runaway has to be killed, and votes leave exited containers behind. */
export const engineRefusesRemovals: Fault = {
  name: 'engine that refuses removals',
  async strike(scene) {
    const { stack, signal } = scene;
    await refuse(scene, EVERY);
    try {
      const isKilled = async () => {
        const { status, body } = await stack.invoke('misbehave-impatient', { do: 'loop' });
        // No container was free in time, so nothing has run.
        if (status === 503) return false;
        if (!body.includes('Sandbox.Timedout')) throw new Error(`The runaway was answered: ${body}`);
        return true;
      };
      await until('a runaway is killed', isKilled, { withinMs: GONE_MS, signal });
      const isOverdue = async () => (await stack.counter('containers_overdue')) > 0;
      await until('a container that should be gone is counted', isOverdue, { withinMs: GONE_MS, signal });
    } finally {
      await refuse(scene, 0);
    }
    const afterwards = async () => {
      const isGone = async () => (await stack.counter('containers_overdue')) === 0;
      await until('every container that should be gone is gone', isGone, { withinMs: GONE_MS, signal });
    };
    return { at: Date.now(), afterwards };
  },
};

/** Tells the engine's relay how many removals to refuse. */
async function refuse({ stack, docker }: Scene, count: number): Promise<void> {
  const exec = await (await engineRelay(docker, stack.name)).exec({
    Cmd: ['node', '-e', `require('node:fs').writeFileSync('/run/engine/refuse', '${count}')`],
    AttachStderr: true,
  });
  for await (const complaint of await exec.start({})) throw new Error(String(complaint));
}

async function engineRelay(docker: Docker, stack: string): Promise<Docker.Container> {
  const label = [`org.serverless-vote.test=engine-relay.${stack}`];
  const [found] = await docker.listContainers({ filters: { label } });
  if (!found) throw new Error('The stack has no engine-relay; chaos.compose.yml adds one');
  return docker.getContainer(found.Id);
}
