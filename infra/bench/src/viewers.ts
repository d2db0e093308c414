import { once } from 'node:events';
import net from 'node:net';

const TOTAL = /"total":(\d+)/g;
const LONGEST = 16 * 1024;

/**
 * An open results page from the launcher's point of view: a connection that reads `/streams/results`. It does as little as possible,
 * because a thousand of them share the machine with the launcher.
 */
export class Viewer {
  readonly #socket: net.Socket;
  #text = '';
  /** The last total that it received, and when. */
  total = -1;
  shownAt = 0;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: string) => {
      const at = performance.now();
      this.#text = (this.#text + chunk).slice(-LONGEST);
      const last = [...this.#text.matchAll(TOTAL)].at(-1);
      if (!last) return;
      this.#text = this.#text.slice(last.index + last[0].length);
      this.total = Number(last[1]);
      this.shownAt = at;
    });
  }

  static async open(port: number): Promise<Viewer> {
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /streams/results HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
    return new Viewer(socket);
  }

  close(): void {
    this.#socket.destroy();
  }
}

const AT_A_TIME = 50;

/** An adjustable number of viewers. */
export class Audience {
  readonly #port: number;
  #viewers: Viewer[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  get viewers(): readonly Viewer[] {
    return this.#viewers;
  }

  async become(size: number): Promise<void> {
    for (const viewer of this.#viewers.splice(size)) viewer.close();
    while (this.#viewers.length < size) {
      const missing = Math.min(AT_A_TIME, size - this.#viewers.length);
      this.#viewers.push(...(await Promise.all(Array.from({ length: missing }, () => Viewer.open(this.#port)))));
    }
  }
}
