import type Docker from 'dockerode';
import { bundle } from '../bundle.ts';
import type { Catalog } from '../catalog.ts';
import { Endpoint, freePorts } from '../http-endpoint.ts';
import type { Stack } from '../stack.ts';
import { until } from '../until.ts';
import { newVote } from '../voting-stack.ts';

const PORT = '8000/tcp';

/**
 * The permanent server of record-vote's handler: one container, started once, on the same node image. It reaches the same
 * database through the same socket as the functions do, and is reached as the launcher's control is: a port published on loopback.
 */
export class Baseline {
  readonly endpoint: Endpoint;
  readonly container: Docker.Container;

  private constructor(endpoint: Endpoint, container: Docker.Container) {
    this.endpoint = endpoint;
    this.container = container;
  }

  static async start(
    stack: Stack,
    {
      docker,
      nodeImage,
      catalog,
      signal,
    }: { docker: Docker; nodeImage: string; catalog: Catalog; signal: AbortSignal },
  ): Promise<Baseline> {
    const [port = 0] = await freePorts(1);
    const program = await bundle('baseline/server.ts', 'baseline');
    const container = await docker.createContainer({
      name: `${stack.name}-baseline`,
      Image: nodeImage,
      Cmd: ['node', '/baseline/server.mjs'],
      User: String(catalog.functions['record-vote'].user),
      Env: ['NODE_ENV=production', 'PGHOST=/var/run/postgresql', 'PGDATABASE=votes', 'PGUSER=record-vote'],
      // So that it goes when the stack's remains are removed.
      Labels: { 'org.serverless-vote.launcher': stack.name, 'org.serverless-vote.role': 'bench' },
      ExposedPorts: { [PORT]: {} },
      HostConfig: {
        Binds: [`${program}:/baseline/server.mjs:ro`, `${stack.name}_postgres-socket:/var/run/postgresql:ro`],
        PortBindings: { [PORT]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      },
    });
    await container.start();
    const baseline = new Baseline(new Endpoint(port), container);
    await until('the baseline answers', () => baseline.isUp(), { withinMs: 60_000, signal });
    return baseline;
  }

  isUp(): Promise<boolean> {
    return this.endpoint.send('/healthz').then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  vote(ballotBox: 'pool' | 'batched' = 'pool') {
    return this.endpoint.post(`/${ballotBox}`, JSON.stringify(newVote()));
  }

  async stop(): Promise<void> {
    this.endpoint.close();
    await this.container.remove({ force: true });
  }
}
