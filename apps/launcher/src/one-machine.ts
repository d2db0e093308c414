import { readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import Docker from 'dockerode';
import { DockerEngine } from './docker-engine.ts';
import { ingressBySocket } from './ingress-socket.ts';
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
export async function oneMachine(stackId: string): Promise<Platform> {
  await claim(`${INGRESS}/${CLAIM}`);
  // Nothing that a predecessor left can be in use: its runtime API and its callers are gone with it.
  for (const folder of [RUNTIME, INGRESS])
    for (const entry of readdirSync(folder))
      if (entry !== CLAIM) rmSync(`${folder}/${entry}`, { recursive: true, force: true });
  const docker = new Docker();
  return {
    engine: new DockerEngine(stackId, docker),
    missingImages: (images) => missingImages(docker, images),
    openRuntimeDoor: runtimeApi(RUNTIME),
    openIngress: ingressBySocket(INGRESS),
    // Nobody else has the socket.
    knowsWeb: () => true,
    database: { host: '/var/run/postgresql' },
    cores: async () => os.availableParallelism(),
    async listen(doors) {
      await holdSocket(doors.web, CONTROL_SOCKET);
      doors.private.listen(CONTROL_PORT);
      doors.public.listen(GATEWAY_PORT);
    },
  };
}
