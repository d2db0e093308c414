import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { stack } from './stack.ts';

/** Both ways, as on a mobile network at its edge. */
const DELAY_MS = 150;
/** Every so many-th connection breaks when the first answer on it is under way: the server has done what the browser never hears of. */
const BREAKS = 4;

/** A slow and lossy way to the tested stack. */
export async function badNetwork() {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((browser) => {
    connections += 1;
    const isBad = connections % BREAKS === 0;
    const launcher = connect(Number(new URL(stack.url).port), '127.0.0.1');
    for (const [from, to] of [
      [browser, launcher],
      [launcher, browser],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).once('close', () => sockets.delete(from));
      from.on('data', (piece) =>
        setTimeout(() => {
          if (isBad && from === launcher) browser.resetAndDestroy();
          else if (to.writable) to.write(piece);
        }, DELAY_MS),
      );
      from.once('end', () => setTimeout(() => to.end(), DELAY_MS));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close(): void {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
