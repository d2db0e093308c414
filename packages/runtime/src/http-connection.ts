import { connect, type Socket } from 'node:net';
import { type HttpResponse, readResponse } from './http-response.ts';

/** The server is gone. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

/** What the server sent is no response, or one that is longer than was agreed. */
export class UnreadableResponse extends Error {
  override name = 'UnreadableResponse';
  /** As the errors of Node's own parser. */
  readonly code = 'HPE_UNREADABLE';
}

const MOST_PIECES = 64;

/**
 * One keep-alive HTTP/1.1 connection, with only as much of the protocol as our own programs need.
 *
 * `node:http` would work, but was measured to take 1.2 times as long from start to the first `next` and 1.7 times as
 * long for the first event, and to serve 0.6 times as many events under load. It has far more code to load and
 * compile, and never sends the answer to one event and the request for the next in a single write.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #headers: string;
  readonly #limit: number;
  readonly #waiting: { resolve(response: HttpResponse): void; reject(error: Error): void }[] = [];
  #chunks: Buffer[] = [];
  #received = 0;
  #needed = 1;
  #lost: ConnectionLost | undefined;

  /**
   * @param address path of a Unix socket, or `host:port`
   * @param headers sent with every request, Host among them; each ends with CRLF
   * @param limit of a response, in bytes: a longer one is not read, and ends the connection
   */
  constructor(address: string, headers = 'Host: runtime\r\n', limit = Number.POSITIVE_INFINITY) {
    this.#headers = headers;
    this.#limit = limit;
    const [host, port] = address.split(':');
    this.#socket = address.startsWith('/') ? connect(address) : connect(Number(port), host);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        this.#receive(chunk);
      } catch (error) {
        this.#socket.destroy(new UnreadableResponse((error as Error).message));
      }
    });
    // `close` follows, and rejects the pending requests with the error.
    let reason: Error | undefined;
    this.#socket.on('error', (error) => {
      reason = error;
    });
    this.#socket.on('close', () => {
      const lost = new ConnectionLost(`The connection to ${address} is gone`, { cause: reason });
      this.#lost = lost;
      for (const { reject } of this.#waiting.splice(0)) reject(lost);
    });
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Sends a request now, without waiting for earlier responses; responses arrive in the same order. */
  request(method: 'GET' | 'POST', path: string, body: string | Buffer = '', headers = ''): Promise<HttpResponse> {
    if (this.#lost) return Promise.reject(this.#lost);
    const length = Buffer.byteLength(body);
    this.#gather();
    const head = `${method} ${path} HTTP/1.1\r\n${this.#headers}${headers}Content-Length: ${length}\r\n\r\n`;
    // Bytes are sent as they are, and so are the headers that came with them.
    if (typeof body === 'string') this.#socket.write(head + body);
    else this.#socket.write(head, 'latin1');
    if (typeof body !== 'string') this.#socket.write(body);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Combines everything that is sent in the same turn of the event loop into one write. */
  #gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(() => this.#socket.uncork());
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    // A server may send single bytes, each of which would take a hundred times as much memory.
    if (this.#chunks.length > MOST_PIECES) this.#chunks = [Buffer.concat(this.#chunks)];
    this.#received += chunk.length;
    while (this.#received >= this.#needed) {
      if (this.#waiting.length === 0) throw new Error('Nothing was requested');
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      const result = readResponse(bytes);
      const rest = 'needed' in result ? bytes : bytes.subarray(result.length);
      this.#chunks = [rest];
      this.#received = rest.length;
      this.#needed = 'needed' in result ? result.needed : 1;
      if (this.#needed > this.#limit) throw new Error(`The response is longer than ${this.#limit} bytes`);
      if ('response' in result) this.#waiting.shift()?.resolve(result.response);
    }
  }
}
