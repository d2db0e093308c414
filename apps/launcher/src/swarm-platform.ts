import type http from 'node:http';
import net from 'node:net';
import type { Alone } from '@serverless-vote/catalog';
import { secretFor } from '@serverless-vote/contracts/secret';
import { SwarmEngine } from '@serverless-vote/engine/swarm/swarm-engine';
import { listen } from '@serverless-vote/http-server/listen';
import type { EngineSettings } from '@serverless-vote/settings';
import Docker from 'dockerode';
import type { Logger } from 'pino';
import { ingressOverTcp } from './gateway/ingress.ts';
import { CONTROL_PORT, GATEWAY_PORT, type Platform } from './platform.ts';
import { runtimeApiOverTcp } from './sandbox/runtime-endpoints.ts';

const RUNTIME_PORT = 9001;
const WEB_CONTROL_PORT = 9003;
const CALL_DEADLINE_MS = 15_000;

/** Several machines: a Docker Swarm, and overlay networks. Each endpoint listens only in networks of its callers. */
export function swarmPlatform(
  stackId: string,
  { taskId, databaseHost, databasePassword }: Extract<EngineSettings, { kind: 'swarm' }>,
  alone: Alone,
  log: Logger,
): Platform {
  const docker = new Docker({ timeout: CALL_DEADLINE_MS });
  const warn = (details: object, event: string) => log.warn(details, event);
  const agentFile = `${import.meta.dirname}/task-agent.cjs`;
  const engine = new SwarmEngine({
    ...{ docker, stackId, taskId, databaseHost, agentFile, warn, alone: [...alone.functions, ...alone.services] },
    key: databasePassword,
  });
  const { networks } = engine;
  const runtime = runtimeApiOverTcp(() => `${networks.of('functions').address}:${RUNTIME_PORT}`);
  const ingress = ingressOverTcp(() => `${networks.of('web').address}:${WEB_CONTROL_PORT}`);
  return {
    engine,
    openRuntimeEndpoint: runtime.openRuntimeEndpoint,
    openIngress: ingress.openIngress,
    knowsWeb: ingress.knows,
    database: {
      host: databaseHost,
      passwords: { owner: databasePassword, of: (role) => secretFor(databasePassword, 'role', role) },
    },
    async cores() {
      const nodes: Node[] = await docker.listNodes();
      const able = nodes.filter(({ Spec, Status }) => Spec.Availability === 'active' && Status.State === 'ready');
      return able.reduce((sum, { Description }) => sum + Description.Resources.NanoCPUs / 1e9, 0) || 1;
    },
    forgetPredecessor: () => undefined,
    async listen(servers) {
      await listen(runtime.server, RUNTIME_PORT, networks.of('functions').address);
      for (const name of alone.functions)
        await listen(sameAs(runtime.server), RUNTIME_PORT, networks.only(name).address);
      await listen(servers.web, WEB_CONTROL_PORT, networks.of('web').address);
      await listen(servers.private, CONTROL_PORT, networks.published);
      await listen(servers.public, GATEWAY_PORT, networks.published);
      // For the health check, and for `docker exec`.
      await listen(sameAs(servers.private), CONTROL_PORT, '127.0.0.1');
    },
  };
}

/** One more address of a server. */
const sameAs = (server: http.Server) => net.createServer((socket) => server.emit('connection', socket));

interface Node {
  Spec: { Availability: string };
  Status: { State: string };
  Description: { Resources: { NanoCPUs: number } };
}
