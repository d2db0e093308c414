import { createServer } from 'node:net';

/** Below the range of ephemeral ports, so that no other program gets the port before it is used. */
const [FROM, COUNT] = [20_000, 10_000];

/** A port on which no program is listening. */
export async function freePort(): Promise<number> {
  const port = FROM + Math.floor(Math.random() * COUNT);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer()
    .once('error', () => resolve(false))
    .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return (await promise) ? port : freePort();
}
