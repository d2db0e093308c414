import type { Socket } from 'node:net';
import { Lines } from '@serverless-vote/contracts/lines';

/** How a task identifies itself. */
export interface Registration {
  service: string;
  task: string;
  secret: string;
  containerId: string;
}

export type FromTask =
  | ({ type: 'register' } & Registration)
  | { type: 'output'; text: string }
  | { type: 'exited'; exitCode: number; outOfMemory: boolean }
  /** Swarm wants to stop the task. */
  | { type: 'withdrawn' | 'beat' };

/** Requests to this port on the loopback address go on to that port of the launcher, with the task's token. */
export interface Forwarding {
  port: number;
  to: number;
  token: string;
}

export type FromLauncher =
  | { type: 'start'; environment: Record<string, string>; forwarding?: Forwarding | undefined }
  /** `stop`: SIGTERM for the program; `kill`: SIGKILL for every process of the container. */
  | { type: 'stop' | 'kill' | 'beat' };

const BEAT_MS = 1_000;
/** A line of output, with everything in it escaped. */
export const LINE_LIMIT = 1024 * 1024;

interface ChannelParts<Heard> {
  /** An end that receives nothing for this long considers the connection lost. */
  silentMs: number;
  /** The longest line that is accepted now. */
  limit?(): number;
  hear(message: Heard): void;
  /** The other end is silent, or sent an invalid message. */
  lost(): void;
}

/** One end of the connection between a task and its launcher: one line of JSON per message, and a heartbeat every second. */
export class Channel<Told extends FromTask | FromLauncher, Heard extends FromTask | FromLauncher> {
  readonly socket: Socket;
  readonly #parts: ChannelParts<Heard>;
  readonly #lines = new Lines();
  readonly #beat: NodeJS.Timeout;
  #heardAt = performance.now();

  constructor(socket: Socket, parts: ChannelParts<Heard>) {
    this.#parts = parts;
    this.socket = socket.setNoDelay(true).setEncoding('utf8');
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS);
    socket.on('data', (chunk) => this.#take(String(chunk)));
    socket.once('close', () => clearInterval(this.#beat));
  }

  /** @returns false under back-pressure */
  tell(message: Told | { type: 'beat' }): boolean {
    return this.socket.writable && this.socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Stops sending heartbeats, and ignores silence. */
  close(): void {
    clearInterval(this.#beat);
  }

  #onBeat(): void {
    if (performance.now() - this.#heardAt > this.#parts.silentMs) this.#lose();
    else this.tell({ type: 'beat' });
  }

  #lose(): void {
    this.close();
    this.#parts.lost();
  }

  #take(chunk: string): void {
    this.#heardAt = performance.now();
    try {
      for (const line of this.#lines.take(chunk)) this.#parts.hear(JSON.parse(line) as Heard);
      if (this.#lines.pending.length > (this.#parts.limit?.() ?? LINE_LIMIT)) throw new Error('A message is too long.');
    } catch {
      this.#lose();
    }
  }
}
