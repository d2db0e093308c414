import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Exit } from '../../engine.ts';

const BEAT_MS = 1_000;
/** A task that isn't heard for so long has ended itself: its end of the agent counts the same. */
const SILENT_MS = 5_000;
/** A line of output, with everything in it escaped. */
const LINE_LIMIT = 1024 * 1024;

export interface Registration {
  service: string;
  task: string;
  secret: string;
  containerId: string;
}

type FromTask =
  | ({ type: 'register' } & Registration)
  | { type: 'output'; text: string }
  | { type: 'exited'; exitCode: number; outOfMemory: boolean }
  | { type: 'withdrawn' | 'beat' };

/*
 *               says who it is            start               exited, lost
 *  connected ─────────────────▶ waiting ─────────▶ running ────────────────▶ gone
 *      └───────── lost ────────────┴───────────────────────────────────────────▶
 */

/** The launcher's end of the agent of one task: how it is started, heard and ended, wherever it is. */
export class AgentConnection {
  readonly address: string;
  containerId = '';
  readonly output = new PassThrough();
  readonly ended: Promise<Exit>;
  readonly withdrawn: Promise<void>;
  readonly #socket: Socket;
  readonly #onRegister: (registration: Registration) => void;
  #end: (exit: Exit) => void = () => undefined;
  #withdraw: () => void = () => undefined;
  readonly #beat: NodeJS.Timeout;
  #heardAt = performance.now();
  #rest = '';

  constructor(socket: Socket, onRegister: (registration: Registration) => void) {
    this.#socket = socket.setNoDelay(true).setEncoding('utf8');
    this.#onRegister = onRegister;
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.withdrawn = new Promise((resolve) => {
      this.#withdraw = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#beat = setInterval(() => this.#checkSilence(), BEAT_MS);
    socket.on('data', (chunk) => this.#hear(String(chunk)));
    socket.on('error', () => undefined);
    socket.once('close', () => this.lose());
  }

  start(environment: Record<string, string>): void {
    this.#tell({ type: 'start', environment });
  }

  /** Asks its program to end (SIGTERM). */
  stop(): void {
    this.#tell({ type: 'stop' });
  }

  /** Ends every process of it, whatever they do. */
  kill(): void {
    this.#tell({ type: 'kill' });
  }

  /** Lets go of it. Whoever still runs there ends itself, because it hears nothing any more. */
  lose(): void {
    this.#settle({ kind: 'lost' });
    this.#socket.destroy();
  }

  #settle(exit: Exit): void {
    clearInterval(this.#beat);
    this.output.end();
    this.#end(exit);
  }

  #tell(order: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(order)}\n`);
  }

  #checkSilence(): void {
    if (performance.now() - this.#heardAt > SILENT_MS) return this.lose();
    this.#tell({ type: 'beat' });
  }

  #hear(chunk: string): void {
    this.#heardAt = performance.now();
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    try {
      for (const line of lines) this.#take(JSON.parse(line) as FromTask);
    } catch {
      this.lose();
    }
    if (this.#rest.length > LINE_LIMIT) this.lose();
  }

  #take(message: FromTask): void {
    if (message.type === 'register') this.#onRegister(message);
    if (message.type === 'output' && !this.output.writableEnded) this.output.write(message.text);
    if (message.type === 'withdrawn') this.#withdraw();
    if (message.type === 'exited')
      this.#settle({ kind: 'exited', exitCode: Number(message.exitCode), outOfMemory: message.outOfMemory === true });
  }
}
