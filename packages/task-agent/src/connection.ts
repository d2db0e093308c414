import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Exit } from '@serverless-vote/contracts/lifecycle';
import {
  Channel,
  type Forwarding,
  type FromLauncher,
  type FromTask,
  LINE_LIMIT,
  type Registration,
} from './protocol.ts';

/** A task that has been silent for this long has ended itself, because its own limit is shorter. */
const SILENT_MS = 5_000;
/** The longest line that is accepted before the task is started. */
const UNKNOWN_LIMIT = 4 * 1024;

/*
 *               register                  start               exited, lost
 *  connected ─────────────────▶ waiting ─────────▶ running ────────────────▶ gone
 *      └───────── lost ────────────┴───────────────────────────────────────────▶
 */

/** The launcher's end of the connection to one task's agent: starts the task, reads its output, and ends it. */
export class AgentConnection {
  readonly address: string;
  containerId = '';
  readonly output = new PassThrough();
  readonly #ended = Promise.withResolvers<Exit>();
  readonly #withdrawn = Promise.withResolvers<void>();
  /** Resolves once; never rejects. */
  readonly ended = this.#ended.promise;
  /** Resolves if Swarm wants to stop the task. */
  readonly withdrawn = this.#withdrawn.promise;
  readonly #socket: Socket;
  readonly #channel: Channel<FromLauncher, FromTask>;
  readonly #onRegister: (registration: Registration) => void;
  #isStarted = false;

  constructor(socket: Socket, onRegister: (registration: Registration) => void) {
    this.#socket = socket;
    this.#onRegister = onRegister;
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.#channel = new Channel(socket, {
      silentMs: SILENT_MS,
      limit: () => (this.#isStarted ? LINE_LIMIT : UNKNOWN_LIMIT),
      hear: (message) => this.#take(message),
      lost: () => this.lose(),
    });
    socket.on('error', () => undefined);
    socket.once('close', () => this.lose());
  }

  get isLost(): boolean {
    return this.#socket.destroyed;
  }

  start(environment: Record<string, string>, forwarding?: Forwarding): void {
    this.#isStarted = true;
    this.#channel.tell({ type: 'start', environment, forwarding });
  }

  /** Sends SIGTERM to its program. */
  stop(): void {
    this.#channel.tell({ type: 'stop' });
  }

  /** Sends SIGKILL to all of its processes. */
  kill(): void {
    this.#channel.tell({ type: 'kill' });
  }

  /** Closes the connection. A task that is still running then ends itself. */
  lose(): void {
    this.#settle({ kind: 'lost' });
    this.#socket.destroy();
  }

  #settle(exit: Exit): void {
    this.#channel.close();
    this.output.end();
    this.#ended.resolve(exit);
  }

  #take(message: FromTask): void {
    if (message.type === 'register') this.#onRegister(message);
    // Nothing reads output yet, so it would fill the memory.
    if (message.type === 'output' && !this.#isStarted) return this.lose();
    if (message.type === 'output' && !this.output.writableEnded) this.output.write(message.text);
    if (message.type === 'withdrawn') this.#withdrawn.resolve();
    if (message.type === 'exited')
      this.#settle({ kind: 'exited', exitCode: Number(message.exitCode), outOfMemory: message.outOfMemory === true });
  }
}
