import { once } from 'node:events';
import net from 'node:net';

type Reply = string | null;

/** The two commands that the application needs, in Redis' own protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export class Redis {
  readonly #socket: net.Socket;
  readonly #waiting: PromiseWithResolvers<Reply>[] = [];
  #received = '';

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    // Lengths are in bytes, and latin1 has one character per byte.
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('Redis has closed the connection'));
    });
  }

  static async connect(host = 'redis', port = 6379): Promise<Redis> {
    const socket = net.connect(port, host);
    await once(socket, 'connect');
    return new Redis(socket);
  }

  get isConnected(): boolean {
    return this.#socket.readyState === 'open';
  }

  push(list: string, value: string): Promise<Reply> {
    return this.#send('RPUSH', list, value);
  }

  /** The list's first value, removed from it; null if it is empty. */
  pop(list: string): Promise<Reply> {
    return this.#send('LPOP', list);
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(...words: string[]): Promise<Reply> {
    if (!this.isConnected) return Promise.reject(new Error('Redis is not connected'));
    const waiting = Promise.withResolvers<Reply>();
    this.#waiting.push(waiting);
    this.#socket.write(
      `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
    );
    return waiting.promise;
  }

  #take(text: string): void {
    this.#received += text;
    for (let found = parseReply(this.#received); found; found = parseReply(this.#received)) {
      this.#received = found.rest;
      const waiting = this.#waiting.shift();
      if (found.reply instanceof Error) waiting?.reject(found.reply);
      else waiting?.resolve(found.reply);
    }
  }
}

/** The first reply in `text`, and what follows it; undefined while it is incomplete. */
export function parseReply(text: string): { reply: Reply | Error; rest: string } | undefined {
  const [line = '', kind, word = ''] = /^([-+:$])(.*?)\r\n/.exec(text) ?? [];
  const rest = text.slice(line.length);
  if (kind === undefined) return undefined;
  if (kind === '-') return { reply: new Error(word), rest };
  if (kind !== '$') return { reply: word, rest };
  const length = Number(word);
  if (length < 0) return { reply: null, rest };
  if (rest.length < length + 2) return undefined;
  return { reply: Buffer.from(rest.slice(0, length), 'latin1').toString(), rest: rest.slice(length + 2) };
}
