import http from 'node:http';
import type { Forwarding } from './protocol.ts';

/** Between one connection and the next, so they aren't passed on. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

/**
 * For a program that knows the Runtime API only as `host:port`: passes its requests on to the launcher, and says whose they are.
 * Resolves when it listens.
 */
export async function forward({ port, to, token }: Forwarding, launcher: string): Promise<void> {
  // A program waits for its event as long as there is none.
  const server = http.createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, (request, response) => {
    const headers = { ...kept(request.headers), 'serverless-vote-token': token };
    const { method, url: path } = request;
    const onward = http.request({ host: launcher, port: to, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, kept(answer.headers));
      answer.once('error', () => response.destroy()).pipe(response);
    });
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

const kept = (headers: http.IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
