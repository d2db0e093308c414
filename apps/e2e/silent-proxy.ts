import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { stack } from './stack.ts';

/** A way to the tested stack that can fall silent, as for a phone that leaves the room: nothing passes, and nobody is told. */
export async function silentProxy() {
  let isSilent = false;
  const sockets = new Set<Socket>();
  const server = createServer((browser) => {
    const launcher = connect(Number(new URL(stack.url).port), '127.0.0.1');
    for (const [from, to] of [
      [browser, launcher],
      [launcher, browser],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).once('close', () => sockets.delete(from));
      if (!isSilent) from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    fallSilent(): void {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().on('data', () => undefined);
    },
    /** New connections work again; those that were made before stay dead. */
    wakeUp(): void {
      isSilent = false;
    },
    close(): void {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
