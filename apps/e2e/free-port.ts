import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves, so that nobody else comes upon it before it is used. */
const [FROM, COUNT] = [20_000, 10_000];

/** A port that nobody listens at just now. */
export async function freePort(): Promise<number> {
  const port = FROM + Math.floor(Math.random() * COUNT);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer()
    .once('error', () => resolve(false))
    .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return (await promise) ? port : freePort();
}
