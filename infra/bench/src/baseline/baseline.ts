import type Docker from 'dockerode';
import { bundle } from '../bundle.ts';
import type { Catalog } from '../catalog.ts';
import { Endpoint, freePorts } from '../http-endpoint.ts';
import type { Stack } from '../stack.ts';
import { until } from '../until.ts';
import { newVote } from '../voting-stack.ts';

const PORT = '8000/tcp';

/**
 * The permanent server with record-vote's handler: one container, started once, from the same node image. It uses the same database
 * through the same socket as the functions, and is published on loopback like the launcher's control API.
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
      // So that it is removed with the stack's leftovers.
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
