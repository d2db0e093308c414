import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../fault.ts';

const CONNECTIONS = 2_000;
const HELD_MS = 2_000;
/** Opened in batches of this size, so that the listener's backlog doesn't matter. */
const AT_ONCE = 100;

/** Connections to the public endpoint that send nothing and stay open. */
export const silentConnections: Fault = {
  name: `${CONNECTIONS.toLocaleString('en')} connections that send nothing`,
  async strike({ stack }) {
    const sockets: net.Socket[] = [];
    for (let opened = 0; opened < CONNECTIONS; opened += AT_ONCE)
      sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => open(stack.gatewayPort)))));
    const afterwards = async () => {
      await pause(HELD_MS);
      for (const socket of sockets) socket.destroy();
    };
    return { at: Date.now(), afterwards };
  },
};

function open(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    // The gateway may close them at any time.
    socket.on('error', () => undefined);
  });
}
