import { readdirSync } from 'node:fs';
import os from 'node:os';
import Docker from 'dockerode';
import type { Logger } from 'pino';
import { DockerEngine } from './docker-engine.ts';
import { emptyFolder } from './emptied-folder.ts';
import { ingressBySocket } from './ingress-socket.ts';
import { removeLeftBehind } from './left-behind.ts';
import { missingImages } from './missing-images.ts';
import { claim, holdSocket } from './own-socket.ts';
import { CONTROL_PORT, GATEWAY_PORT, type Platform } from './platform.ts';
import { runtimeApi } from './runtime-api.ts';

const RUNTIME = '/run/runtime';
const INGRESS = '/run/ingress';
const CONTROL_SOCKET = '/run/control/control.sock';
/** Where no sandbox can see it. */
const CLAIM = 'owner.sock';

/** One machine: its Docker Engine, and Unix sockets in volumes. @throws {OtherLauncher} when they are another launcher's */
export async function oneMachine(stackId: string, webUser: number, log: Logger): Promise<Platform> {
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
    openRuntimeDoor: runtimeApi(RUNTIME),
    openIngress: ingressBySocket(INGRESS, (folder) => remove(INGRESS, folder)),
    // Nobody else has the socket.
    knowsWeb: () => true,
    database: { host: '/var/run/postgresql' },
    cores: async () => os.availableParallelism(),
    forgetPredecessor() {
      for (const directory of [RUNTIME, INGRESS])
        for (const folder of readdirSync(directory)) if (folder !== CLAIM) remove(directory, folder);
    },
    async listen(doors) {
      await holdSocket(doors.web, CONTROL_SOCKET);
      doors.private.listen(CONTROL_PORT);
      doors.public.listen(GATEWAY_PORT);
    },
  };
}
