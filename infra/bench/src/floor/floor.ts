import type Docker from 'dockerode';
import { bundle } from '../bundle.ts';
import type { Catalog } from '../catalog.ts';
import { Door, freePorts } from '../http-door.ts';
import type { Stack } from '../stack.ts';
import { until } from '../until.ts';
import { newVote } from '../voting-stack.ts';

const PORT = '8000/tcp';

/**
 * The permanent server of record-vote's handler: one container, started once, on the same node image. It reaches the same
 * database through the same socket as the functions do, and is reached as the launcher's control is: a port published on loopback.
 */
export class Floor {
  readonly door: Door;
  readonly container: Docker.Container;

  private constructor(door: Door, container: Docker.Container) {
    this.door = door;
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
  ): Promise<Floor> {
    const [port = 0] = await freePorts(1);
    const program = await bundle('floor/server.ts', 'floor');
    const container = await docker.createContainer({
      name: `${stack.name}-floor`,
      Image: nodeImage,
      Cmd: ['node', '/floor/server.mjs'],
      User: String(catalog.functions['record-vote'].user),
      Env: ['NODE_ENV=production', 'PGHOST=/var/run/postgresql', 'PGDATABASE=votes', 'PGUSER=record-vote'],
      // So that it goes when the stack's remains are removed.
      Labels: { 'org.serverless-vote.launcher': stack.name, 'org.serverless-vote.role': 'bench' },
      ExposedPorts: { [PORT]: {} },
      HostConfig: {
        Binds: [`${program}:/floor/server.mjs:ro`, `${stack.name}_postgres-socket:/var/run/postgresql:ro`],
        PortBindings: { [PORT]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      },
    });
    await container.start();
    const floor = new Floor(new Door(port), container);
    await until('the floor answers', () => floor.isUp(), { withinMs: 60_000, signal });
    return floor;
  }

  isUp(): Promise<boolean> {
    return this.door.send('/healthz').then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  vote(ballotBox: 'pool' | 'batched' = 'pool') {
    return this.door.post(`/${ballotBox}`, JSON.stringify(newVote()));
  }

  async stop(): Promise<void> {
    this.door.close();
    await this.container.remove({ force: true });
  }
}
