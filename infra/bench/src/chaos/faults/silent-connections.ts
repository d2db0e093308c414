import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../fault.ts';

const CONNECTIONS = 2_000;
const HELD_MS = 2_000;
/** Opened so many at once: a listener's backlog is no part of this. */
const AT_ONCE = 100;

/** Connections to the public endpoint that send nothing and stay. */
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
    // The endpoint may close them when it likes.
    socket.on('error', () => undefined);
  });
}
