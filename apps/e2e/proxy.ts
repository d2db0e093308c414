import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { stack } from './stack.ts';

/** A way to the tested stack. `join` connects both directions of each new connection. */
export async function proxy(join: (browser: Socket, launcher: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((browser) => {
    const launcher = connect(Number(new URL(stack.url).port), '127.0.0.1');
    for (const [from, to] of [
      [browser, launcher],
      [launcher, browser],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).once('close', () => sockets.delete(from));
    }
    join(browser, launcher);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    /** Those that are open. */
    sockets,
    close(): void {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
