import { connect, type Socket } from 'node:net';
import { type HttpResponse, readResponse } from './http-response.ts';

/** The other side is gone. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

/**
 * One keep-alive HTTP/1.1 connection, and nothing that the Runtime API doesn't need.
 *
 * `node:http` would do, and was measured against: it takes 1.2 times as long from start to the first `next`, 1.7
 * times as long for the first event, and serves 0.6 times as many under load. It has far more code to load and to
 * compile, and it never sends the answer to one event and the request for the next in a single write.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #headers: string;
  readonly #waiting: { resolve(response: HttpResponse): void; reject(error: Error): void }[] = [];
  #chunks: Buffer[] = [];
  #received = 0;
  #needed = 1;

  /**
   * @param address path of a Unix socket, or `host:port`
   * @param headers go with every request; each ends in CRLF
   */
  constructor(address: string, headers = '') {
    this.#headers = headers;
    const [host, port] = address.split(':');
    this.#socket = address.startsWith('/') ? connect(address) : connect(Number(port), host);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        this.#receive(chunk);
      } catch (error) {
        this.#socket.destroy(error as Error);
      }
    });
    // What went wrong is told to whoever waits for a response, by `close`.
    let reason: Error | undefined;
    this.#socket.on('error', (error) => {
      reason = error;
    });
    this.#socket.on('close', () => {
      const lost = new ConnectionLost(`The connection to ${address} is gone`, { cause: reason });
      for (const { reject } of this.#waiting.splice(0)) reject(lost);
    });
  }

  /** Sends a request now. Requests may overtake the responses to earlier ones, which come in the same order. */
  request(method: 'GET' | 'POST', path: string, body = '', headers = ''): Promise<HttpResponse> {
    const length = Buffer.byteLength(body);
    this.#gather();
    this.#socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: runtime\r\n${this.#headers}${headers}Content-Length: ${length}\r\n\r\n${body}`,
    );
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Everything that is sent before the current code has run out leaves in one write. */
  #gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    while (this.#received >= this.#needed) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      const result = readResponse(bytes);
      const rest = 'needed' in result ? bytes : bytes.subarray(result.length);
      this.#chunks = [rest];
      this.#received = rest.length;
      this.#needed = 'needed' in result ? result.needed : 1;
      if ('response' in result) this.#waiting.shift()?.resolve(result.response);
    }
  }
}
