import { readdirSync } from 'node:fs';
import os from 'node:os';
import { DockerEngine } from '@serverless-vote/engine/docker/docker-engine';
import { emptyFolder } from '@serverless-vote/engine/docker/emptied-folder';
import { removeLeftBehind } from '@serverless-vote/engine/docker/left-behind';
import { missingImages } from '@serverless-vote/engine/docker/missing-images';
import { listen } from '@serverless-vote/http-server/listen';
import { claim, holdSocket } from '@serverless-vote/http-server/own-socket';
import Docker from 'dockerode';
import type { Logger } from 'pino';
import { ingressBySocket } from './gateway/ingress.ts';
import { CONTROL_PORT, GATEWAY_PORT, type Platform } from './platform.ts';
import { runtimeApiOnSockets } from './sandbox/runtime-api-socket.ts';

const RUNTIME = '/run/runtime';
const INGRESS = '/run/ingress';
const CONTROL_SOCKET = '/run/control/control.sock';
/** Where no sandbox can see it. */
const CLAIM = 'owner.sock';

/** One machine: its Docker Engine, and Unix sockets in volumes. @throws {OtherLauncher} when they are another launcher's */
export async function dockerPlatform(stackId: string, webUser: number, log: Logger): Promise<Platform> {
  await claim(`${INGRESS}/${CLAIM}`);
  const docker = new Docker();
  const remove = (directory: string, folder: string) =>
    void removeLeftBehind(directory, folder, {
      empty: () => emptyFolder(stackId, directory, folder, webUser),
      warn: (details, event) => log.warn(details, event),
    });
  return {
    engine: new DockerEngine(stackId, docker),
    missingImages: (images) => missingImages(docker, images),
    openRuntimeEndpoint: runtimeApiOnSockets(RUNTIME),
    openIngress: ingressBySocket(INGRESS, (folder) => remove(INGRESS, folder)),
    // Nobody else has the socket.
    knowsWeb: () => true,
    database: { host: '/var/run/postgresql' },
    cores: async () => os.availableParallelism(),
    forgetPredecessor() {
      for (const directory of [RUNTIME, INGRESS])
        for (const folder of readdirSync(directory)) if (folder !== CLAIM) remove(directory, folder);
    },
    async listen(servers) {
      await holdSocket(servers.web, CONTROL_SOCKET);
      await listen(servers.private, CONTROL_PORT);
      await listen(servers.public, GATEWAY_PORT);
    },
  };
}
