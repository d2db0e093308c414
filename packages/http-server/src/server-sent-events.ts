import type { ServerResponse } from 'node:http';

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
  /** Each viewer, with the time since which it has been behind. */
  readonly #behindSince = new Map<ServerResponse, number | undefined>();
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
    this.#behindSince.set(response, undefined);
    this.#heartbeat ??= setInterval(() => this.#write(Buffer.from(heartbeat())), HEARTBEAT_MS);
    response.on('drain', () => this.#catchUp(response));
    response.once('close', () => {
      this.#behindSince.delete(response);
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
    for (const response of this.#behindSince.keys()) response.end();
  }

  #write(message: Buffer): void {
    const now = performance.now();
    for (const [response, since = now] of this.#behindSince) {
      const isBehind = response.writableNeedDrain && response.writableLength > this.#options.bufferLimit;
      if (isBehind) this.#behindSince.set(response, since);
      else if (!this.#catchUp(response)) response.write(message);
      if (isBehind && now - since > STALLED_MS) response.destroy();
    }
  }

  /** @returns whether the viewer was behind and has been sent what it missed */
  #catchUp(response: ServerResponse): boolean {
    const missed = this.#behindSince.get(response) === undefined ? undefined : this.#options.catchUp();
    this.#behindSince.set(response, undefined);
    if (missed) response.write(missed);
    return missed !== undefined;
  }
}
