import { run } from '../run.ts';
import { until } from '../until.ts';

/** Numbers as in infra/swarm/nodes.sh; the first is the manager. */
export type NodeNumber = 1 | 2 | 3;
export const NODES: readonly NodeNumber[] = [1, 2, 3];

const READY_MS = 60_000;
const LABEL = 'label=org.serverless-vote';

/** The three nodes that infra/swarm/cluster.sh created: containers, each with an engine of its own. */
export class Cluster {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  container(node: NodeNumber): string {
    return `${this.name}-node-${node}`;
  }

  /** Runs docker on a node. @returns the lines of its output */
  on(node: NodeNumber, ...args: string[]): Promise<string[]> {
    return docker('exec', this.container(node), 'docker', ...args);
  }

  /** IDs of our running containers on a node, by their name in the catalog. */
  running(node: NodeNumber, name: string): Promise<string[]> {
    return this.#ps(node, name, '{{.ID}}');
  }

  /** IDs of the images that running containers of this name use on a node, or `<name>@<id>`. */
  images(node: NodeNumber, name: string): Promise<string[]> {
    return this.#ps(node, name, '{{.Image}}');
  }

  #ps(node: NodeNumber, name: string, format: string): Promise<string[]> {
    const labels = ['--filter', `${LABEL}.launcher=${this.name}`, '--filter', `${LABEL}.name=${name}`];
    return this.on(node, 'ps', '--no-trunc', '--format', format, ...labels);
  }

  /** Loads another image under the same name on every node, like a new build. @returns its ID */
  async replaceImage(image: string): Promise<string> {
    const input = `FROM ${image}\nLABEL built="${Date.now()}"\n`;
    await run('docker', ['build', '--tag', image, '-'], { input, env: { DOCKER_BUILDKIT: '0' } });
    await run('infra/swarm/cluster.sh', ['load', image], { env: { STACK: this.name, SAY_SCREEN: '' } });
    const [id = ''] = await this.on(1, 'image', 'inspect', '--format', '{{.Id}}', image);
    return id;
  }

  /** Waits until the manager reports a node as `Ready Active`, `Down Active` or `Ready Drain`. */
  async seenAs(node: NodeNumber, wanted: string, signal: AbortSignal): Promise<void> {
    const format = ['--filter', `name=node-${node}`, '--format', '{{.Status}} {{.Availability}}'];
    const isSo = () =>
      this.on(1, 'node', 'ls', ...format).then(
        ([state]) => state === wanted,
        () => false,
      );
    await until(`node ${node} is ${wanted}`, isSo, { withinMs: READY_MS, everyMs: 200, signal });
  }

  /** Cuts the power. */
  kill(node: NodeNumber): Promise<unknown> {
    return docker('kill', this.container(node));
  }

  start(node: NodeNumber): Promise<unknown> {
    return docker('start', this.container(node));
  }

  /** Restarts the machine in an orderly way. */
  restart(node: NodeNumber): Promise<unknown> {
    return docker('restart', this.container(node));
  }

  /** Unplugs the network cable. @returns a function that plugs it in again: the node gets its old address back */
  async cutOff(node: NodeNumber): Promise<() => Promise<unknown>> {
    const network = `${this.name}-nodes`;
    const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
    const [address = ''] = await docker('inspect', '--format', format, this.container(node));
    await docker('network', 'disconnect', network, this.container(node));
    return () => docker('network', 'connect', '--ip', address, network, this.container(node));
  }

  /** Separates a node's containers from those of other nodes, while the nodes themselves still reach each other. @returns a function that undoes it */
  async cutOffContainers(node: NodeNumber): Promise<() => Promise<unknown>> {
    const vxlan = ['-p', 'udp', '--dport', '4789', '-j', 'DROP'];
    const rule = (how: string) => docker('exec', this.container(node), 'iptables', how, 'OUTPUT', ...vxlan);
    await rule('-I');
    return () => rule('-D');
  }

  /** Drains a node, or makes it active again. */
  give(node: NodeNumber, availability: 'drain' | 'active'): Promise<unknown> {
    return this.on(1, 'node', 'update', '--availability', availability, `node-${node}`);
  }
}

/** Runs docker on this machine. @returns the lines of its output */
export async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await run('docker', args);
  return stdout.split('\n').filter(Boolean);
}
