import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const HEARTBEAT_MS = 15_000;
/** A viewer that has been behind for this long is disconnected; its browser reconnects. */
const STALLED_MS = 30_000;
/** The pause after a broadcast, as a multiple of its duration: thousands of viewers still leave the launcher time for votes. */
const REST = 4;
const NOT_BUFFERED = { 'Cache-Control': 'no-cache, no-transform', 'X-Accel-Buffering': 'no' };
/**
 * A named event and not a comment, because browsers hide comments: a page has to notice when a connection dies silently. It says the
 * time, because phones' clocks are wrong, and a countdown ends at the same moment for everybody.
 */
const heartbeat = () => `event: heartbeat\ndata: {"serverTime":"${new Date().toISOString()}"}\n\n`;
const EVENTS = { type: 'text/event-stream', opening: () => `retry: 1000\n\n${heartbeat()}`, heartbeat };
export const JSON_LINES = { type: 'application/x-ndjson', opening: () => '', heartbeat: () => '\n' };

/**
 * The viewers of one stream: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), or lines of JSON.
 * A message is encoded once, however many viewers there are. Back-pressure: a slow viewer misses messages instead of filling the memory.
 */
export class Viewers {
  /**
   * Each viewer's connection, with the time since which it has been behind. A message goes to the connection, past Node's response,
   * which would take a third of the CPU time again.
   */
  readonly #behindSince = new Map<Socket, number | undefined>();
  readonly #options: { catchUp: () => Buffer | undefined; bufferLimit: number; format: typeof EVENTS };
  #heartbeat: NodeJS.Timeout | undefined;
  /** The shortest pause before the next broadcast. */
  restMs = 0;

  /**
   * @param options `catchUp`: what a viewer that was behind gets instead of the messages it missed; without it, only later messages.
   * `bufferLimit`: a viewer with a full socket buffer and more than this many bytes waiting is behind and gets no messages
   */
  constructor(options: { catchUp?: () => Buffer | undefined; bufferLimit?: number; format?: typeof EVENTS } = {}) {
    this.#options = { catchUp: () => undefined, bufferLimit: 0, format: EVENTS, ...options };
  }

  get size(): number {
    return this.#behindSince.size;
  }

  /** Responds with the stream, starting with `first`, until the viewer disconnects. */
  add(response: ServerResponse, first: Buffer | string = ''): void {
    const { type, opening, heartbeat } = this.#options.format;
    // The stream ends with its connection, so chunked encoding isn't needed.
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { 'Content-Type': type, ...NOT_BUFFERED });
    for (const part of [opening(), first]) response.write(part);
    const { socket } = response;
    if (!socket) return;
    this.#behindSince.set(socket, undefined);
    this.#heartbeat ??= setInterval(() => this.#write(Buffer.from(heartbeat())), HEARTBEAT_MS);
    const catchUp = () => this.#catchUp(socket);
    socket.on('drain', catchUp);
    response.once('close', () => {
      socket.off('drain', catchUp);
      this.#behindSince.delete(socket);
      if (this.size === 0) this.#heartbeat = void clearInterval(this.#heartbeat);
    });
  }

  broadcast(message: Buffer): void {
    const from = performance.now();
    this.#write(message);
    // Includes the writes to the sockets, which take most of the time.
    process.nextTick(() => {
      this.restMs = REST * (performance.now() - from);
    });
  }

  close(): void {
    for (const socket of this.#behindSince.keys()) socket.end();
  }

  #write(message: Buffer): void {
    const now = performance.now();
    for (const [socket, since = now] of this.#behindSince) {
      const isBehind = socket.writableNeedDrain && socket.writableLength > this.#options.bufferLimit;
      if (isBehind) this.#behindSince.set(socket, since);
      else if (!this.#catchUp(socket)) socket.write(message);
      if (isBehind && now - since > STALLED_MS) socket.destroy();
    }
  }

  /** @returns whether the viewer was behind and has been sent what it missed */
  #catchUp(socket: Socket): boolean {
    const missed = this.#behindSince.get(socket) === undefined ? undefined : this.#options.catchUp();
    this.#behindSince.set(socket, undefined);
    if (missed) socket.write(missed);
    return missed !== undefined;
  }
}
