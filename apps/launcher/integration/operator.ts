import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { label } from '@serverless-vote/contracts/labels';
import { containers, docker, permanent } from './stack.ts';

/** What the contract tests of an engine need: observing and killing containers from outside. */
export interface Operator {
  /** IDs (12 digits) of the running containers of this name, on whatever node. */
  running(name: string): Promise<string[]>;
  kill(containerId: string): Promise<void>;
  /** Tells a test function to continue with the events that it holds. */
  release(containerId: string): Promise<void>;
  /** The arguments of `docker` that run a command in the database's container with our standard input. */
  inDatabase(): Promise<string[]>;
  /** Kills the launcher as a crash would; the restart policy starts it again. */
  crashLauncher(): Promise<void>;
  /** From now on the launcher's engine doesn't answer. Running containers continue. */
  loseEngine(): Promise<void>;
  findEngine(): Promise<void>;
}

/** One machine: the launcher reaches its engine through a container that can be stopped. */
const oneMachine: Operator = {
  async running(name) {
    const there = await containers(name);
    return there.filter(({ State }) => State === 'running').map(({ Id }) => Id.slice(0, 12));
  },
  kill: (containerId) => docker.getContainer(containerId).kill(),
  release: (containerId) => docker.getContainer(containerId).kill({ signal: 'SIGCONT' }),
  inDatabase: async () => ['exec', '--interactive', (await permanent('database')).id],
  async crashLauncher() {
    const { State } = await (await permanent('launcher')).inspect();
    process.kill(State.Pid, 'SIGKILL');
  },
  loseEngine: async () => (await engineRelay()).stop({ t: 0 }),
  findEngine: async () => (await engineRelay()).start(),
};

/** From now on the launcher's engine refuses this many removals; a later call replaces the number. On one machine only. */
export async function refuseRemovals(count: number): Promise<void> {
  const write = `require('node:fs').writeFileSync('/run/engine/refuse', '${count}')`;
  const exec = await (await engineRelay()).exec({ Cmd: ['node', '-e', write], AttachStderr: true });
  for await (const chunk of await exec.start({})) throw new Error(String(chunk));
}

async function engineRelay() {
  const labels = [`org.serverless-vote.test=engine-relay.${process.env.STACK ?? 'serverless-vote-test'}`];
  const [found] = await docker.listContainers({ all: true, filters: { label: labels } });
  if (!found) throw new Error('The test stack has no engine-relay; integration/docker-compose.yml adds one');
  return docker.getContainer(found.Id);
}

/** A Swarm whose nodes are containers of this machine (infra/swarm/cluster.sh), the first of them the manager. */
function swarm(nodes: readonly string[]): Operator {
  const [manager = ''] = nodes;
  const on = async (node: string, ...command: string[]) =>
    (await promisify(execFile)('docker', ['exec', node, ...command])).stdout.trim().split('\n').filter(Boolean);
  const find = async (filters: string[]) => {
    const found = nodes.map(async (node) => {
      const ids = await on(node, 'docker', 'ps', '--quiet', ...filters.flatMap((filter) => ['--filter', filter]));
      return ids.map((id) => ({ node, id }));
    });
    return (await Promise.all(found)).flat();
  };
  const named = (name: string) => find([`label=${label('name')}=${name}`]);
  const signalEngine = (signal: string) => on(manager, 'sh', '-c', `kill -${signal} $(pidof dockerd)`);
  const kill = async ({ node, id }: { node: string; id: string }) => on(node, 'docker', 'kill', id);
  return {
    running: async (name) => (await named(name)).map(({ id }) => id),
    async kill(containerId) {
      for (const container of await find([`id=${containerId}`])) await kill(container);
    },
    async release(containerId) {
      // Its first process is the task agent, which handles the signal itself.
      const everyProcess = ['node', '-e', "process.kill(-1, 'SIGCONT')"];
      for (const { node, id } of await find([`id=${containerId}`])) {
        await on(node, 'docker', 'exec', id, ...everyProcess).catch((error: { code?: number }) => {
          // A container that has answered may end, and this process with it, before its own status is known.
          if (error.code !== 137) throw error;
        });
      }
    },
    async inDatabase() {
      const [database] = await named('database');
      if (!database) throw new Error('No node runs the database.');
      return ['exec', '--interactive', database.node, 'docker', 'exec', '--interactive', database.id];
    },
    async crashLauncher() {
      for (const container of await named('launcher')) await kill(container);
    },
    loseEngine: async () => void (await signalEngine('STOP')),
    findEngine: async () => void (await signalEngine('CONT')),
  };
}

/** `SWARM_NODES` names a Swarm's nodes, separated by spaces; without it the stack is on this machine. */
const nodes = (process.env.SWARM_NODES ?? '').split(/\s+/).filter(Boolean);
export const operator: Operator = nodes.length > 0 ? swarm(nodes) : oneMachine;
