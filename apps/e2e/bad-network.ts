import type { Socket } from 'node:net';
import { proxy } from './proxy.ts';

/** In each direction, as with weak mobile reception. */
const DELAY_MS = 150;
/** Every fourth connection breaks instead of carrying its first answer: the server has done what the browser never hears of. */
const BREAKS = 4;

/** A slow and lossy way to the tested stack. `broken`: how many connections have broken. */
export async function badNetwork() {
  let connections = 0;
  let broken = 0;
  const { url, close } = await proxy((browser, launcher) => {
    connections += 1;
    delay(browser, launcher);
    if (connections % BREAKS !== 0) return delay(launcher, browser);
    launcher.once('data', () => {
      broken += 1;
      browser.resetAndDestroy();
      launcher.destroy();
    });
  });
  return { url, close, broken: () => broken };
}

function delay(from: Socket, to: Socket): void {
  from.on('data', (piece) => setTimeout(() => to.writable && to.write(piece), DELAY_MS));
  from.once('end', () => setTimeout(() => to.end(), DELAY_MS));
}
