import net from 'node:net';
import type { Fault } from '../fault.ts';

const VIEWERS = 5_000;
/** Opened in batches of this size, so that the listener's backlog doesn't matter. */
const AT_ONCE = 100;
const REQUEST = 'GET /streams/results HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n';

/** Idle streams of results from one address. */
export const idleViewers: Fault = {
  name: `${VIEWERS.toLocaleString('en')} idle viewers`,
  async strike({ stack }) {
    const sockets: net.Socket[] = [];
    for (let opened = 0; opened < VIEWERS; opened += AT_ONCE)
      sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => view(stack.gatewayPort)))));
    const at = Date.now();
    const afterwards = async () => {
      for (const socket of sockets) socket.destroy();
    };
    return { at, afterwards };
  },
};

/** Resolves when it is open or was refused: the gateway may close any of them at any time. */
function view(port: number): Promise<net.Socket> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(REQUEST);
      resolve(socket);
    });
    socket.resume();
    socket.on('error', () => resolve(socket));
  });
}
