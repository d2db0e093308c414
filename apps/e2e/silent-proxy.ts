import { proxy } from './proxy.ts';

/** A way to the tested stack that can fall silent, as for a phone that leaves the room: nothing passes, and nobody is told. */
export async function silentProxy() {
  let isSilent = false;
  const { url, sockets, close } = await proxy((browser, launcher) => {
    if (!isSilent) browser.pipe(launcher).pipe(browser);
  });
  return {
    url,
    fallSilent(): void {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().on('data', () => undefined);
    },
    /** New connections work again; those that were made before stay dead. */
    wakeUp(): void {
      isSilent = false;
    },
    close,
  };
}
