import { readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { emptyFolder, removeFolder } from '@serverless-vote/cleanup/folders';
import { HOSTS_FILE } from '@serverless-vote/engine/docker/container-options';
import { DockerEngine } from '@serverless-vote/engine/docker/docker-engine';
import { listen } from '@serverless-vote/http-server/listen';
import { claim, holdSocket } from '@serverless-vote/http-server/own-socket';
import Docker from 'dockerode';
import type { Logger } from 'pino';
import { ingressBySocket } from './gateway/ingress.ts';
import { CONTROL_PORT, GATEWAY_PORT, type Platform } from './platform.ts';
import { runtimeApiOnSockets } from './sandbox/runtime-endpoints.ts';

/** Where the volumes that sandboxes share with the launcher are mounted. */
const DIRECTORIES = { runtime: '/run/runtime', ingress: '/run/ingress' };
const CONTROL_SOCKET = '/run/control/control.sock';
/** Outside the folders that sandboxes have mounted. */
const CLAIM = 'owner.sock';
const HOSTS = '127.0.0.1 localhost\n::1 localhost\n';
const KEPT = [CLAIM, HOSTS_FILE];

/** One machine: its Docker Engine, and Unix sockets in volumes. @throws {OtherLauncher} when another launcher uses them */
export async function dockerPlatform(stackId: string, webUser: number, log: Logger): Promise<Platform> {
  await claim(`${DIRECTORIES.ingress}/${CLAIM}`);
  writeFileSync(`${DIRECTORIES.runtime}/${HOSTS_FILE}`, HOSTS);
  const docker = new Docker();
  const engine = new DockerEngine(stackId, docker);
  const remove = (volume: keyof typeof DIRECTORIES, folder: string) =>
    void removeFolder(DIRECTORIES[volume], folder, {
      empty: () => emptyFolder(docker, { stackId, user: webUser, ...engine.folder(volume, folder) }),
      warn: (details, event) => log.warn(details, event),
    });
  return {
    engine,
    openRuntimeEndpoint: runtimeApiOnSockets(DIRECTORIES.runtime),
    openIngress: ingressBySocket(DIRECTORIES.ingress, (folder) => remove('ingress', folder)),
    // Only web has the socket mounted.
    knowsWeb: () => true,
    database: { host: '/var/run/postgresql' },
    cores: async () => os.availableParallelism(),
    forgetPredecessor() {
      for (const volume of ['runtime', 'ingress'] as const)
        for (const folder of readdirSync(DIRECTORIES[volume])) if (!KEPT.includes(folder)) remove(volume, folder);
    },
    async listen(servers) {
      await holdSocket(servers.web, CONTROL_SOCKET);
      await listen(servers.private, CONTROL_PORT);
      await listen(servers.public, GATEWAY_PORT);
    },
  };
}
