import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { listen } from '@serverless-vote/http-server/listen';
import { ingressBySocket } from '../src/gateway/ingress.ts';
import type { Platform } from '../src/platform.ts';
import { runtimeApiOnSockets } from '../src/sandbox/runtime-endpoints.ts';
import { ProcessEngine } from './process-engine.ts';

export interface ProcessPlatform extends Platform {
  engine: ProcessEngine;
  /** Known once the launcher listens. */
  readonly ports: { public: number; private: number };
}

/**
 * Child processes instead of containers, and no database: for tests, and for measuring the launcher alone.
 * @param directory for sockets @param command what runs in place of an image @param wanted ports on loopback; 0 is any free one
 */
export function processPlatform(
  directory: string,
  command: (image: string) => readonly string[] | undefined,
  wanted = { public: 0, private: 0 },
): ProcessPlatform {
  const ports = { ...wanted };
  return {
    engine: new ProcessEngine({ directory, command }),
    openRuntimeEndpoint: runtimeApiOnSockets(directory),
    openIngress: ingressBySocket(directory, (folder) => rmSync(`${directory}/${folder}`, { recursive: true })),
    knowsWeb: () => true,
    database: undefined,
    cores: async () => os.availableParallelism(),
    forgetPredecessor: () => undefined,
    ports,
    async listen(servers) {
      await listen(servers.web, `${directory}/control.sock`);
      for (const name of ['private', 'public'] as const) {
        await listen(servers[name], wanted[name], '127.0.0.1');
        ports[name] = (servers[name].address() as AddressInfo).port;
      }
    },
  };
}
