import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** The times from the request to the answer's first byte, and to its last. */
  headMs: number;
  totalMs: number;
}

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Longer than any deadline of the launcher's, and than those of the functions that do wrong: what takes longer is stuck. */
const DEADLINE_MS = 60_000;

/** One address and the keep-alive connections to it, the most recently used first. */
export class Endpoint {
  readonly #port: number;
  readonly #agent: http.Agent;

  constructor(port: number, connections = 100) {
    this.#port = port;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  }

  send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
    const sentAt = performance.now();
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path };
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const request = http.request({ ...options, headers: { ...headers, ...length } }, (response) => {
        const headMs = performance.now() - sentAt;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const totalMs = performance.now() - sentAt;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, headMs, totalMs });
        });
      });
      request.setTimeout(DEADLINE_MS, () => request.destroy(new Error(`No answer to ${method} ${path} in time`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  post(path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { method: 'POST', body, headers });
  }

  /** Reads an answer that doesn't end, until it is left. */
  async follow(path: string): Promise<{ text: () => string; leave: () => void }> {
    const request = http.get({ host: '127.0.0.1', port: this.#port, path, agent: false });
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    for (const each of [request, response]) each.on('error', () => undefined);
    return { text: () => text, leave: () => void request.destroy() };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Distinct free ports on loopback. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve) => {
          const server = net.createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
