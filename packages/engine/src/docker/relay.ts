import type Docker from 'dockerode';
import type { Relay, SandboxSpec } from '../engine.ts';
import { bind, confined, containerName, type VolumePaths } from './container-options.ts';

/** The label `name` of all relays. */
export const RELAY = 'relay';
const MEMORY = 64 * 1024 * 1024;
const PROCESSES = 32;

/**
 * Runs in the relay: passes each connection on, both ways, until both sides have ended it. A relay that listens at a socket waits until
 * there is somebody to pass it on to, so that the socket's existence says that the sandbox is ready.
 */
export const RELAY_PROGRAM = `
const net = require('node:net');
const { from, to } = JSON.parse(process.argv[1]);
const at = (end) => (typeof end === 'number' ? { host: '127.0.0.1', port: end } : { path: end });
const server = net.createServer({ allowHalfOpen: true }, (caller) => {
  const callee = net.connect({ ...at(to), allowHalfOpen: true });
  caller.on('error', () => callee.destroy()).pipe(callee);
  callee.on('error', () => caller.destroy()).pipe(caller);
});
const listen = () => server.listen(at(from), () => console.log('listening'));
function listenOnceAnswered() {
  const attempt = net.connect(at(to), () => { attempt.destroy(); listen(); });
  attempt.on('error', () => setTimeout(listenOnceAnswered, 10));
}
// Any uid may connect; access is controlled by which container has the folder mounted.
process.umask(0);
if (typeof from === 'number') listen();
else listenOnceAnswered();`;

export const relayName = (stackId: string, sandboxId: string): string => `${containerName(stackId, sandboxId)}-relay`;

/** The container that owns a sandbox' network namespace, which is empty, and passes connections on between it and one Unix socket. */
export function relayOptions(
  { stackId, image }: { stackId: string; image: string },
  { sandboxId, user }: SandboxSpec,
  { from, to, mounts }: Relay,
  volumePaths: VolumePaths,
): Docker.ContainerCreateOptions {
  const Binds = mounts.map((mount) => bind(mount, volumePaths));
  const limits = { Memory: MEMORY, MemorySwap: MEMORY, PidsLimit: PROCESSES };
  return {
    ...confined({ stackId, name: RELAY, sandboxId, user }, { NetworkMode: 'none', Binds, ...limits }),
    name: relayName(stackId, sandboxId),
    Image: image,
    Entrypoint: ['node', '-e', RELAY_PROGRAM, JSON.stringify({ from, to })],
    AttachStdout: true,
  };
}
