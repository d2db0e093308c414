import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Exit } from '../../engine.ts';
import { Channel, type FromLauncher, type FromTask, type Registration } from './protocol.ts';

/** A task that has been silent for this long has ended itself: its own limit is shorter. */
const SILENT_MS = 5_000;

/*
 *               register                  start               exited, lost
 *  connected ─────────────────▶ waiting ─────────▶ running ────────────────▶ gone
 *      └───────── lost ────────────┴───────────────────────────────────────────▶
 */

/** The launcher's end of one task's agent: how the task is started, heard and ended, wherever it is. */
export class AgentConnection {
  readonly address: string;
  containerId = '';
  readonly output = new PassThrough();
  readonly #ended = Promise.withResolvers<Exit>();
  readonly #withdrawn = Promise.withResolvers<void>();
  /** Settles once; never rejects. */
  readonly ended = this.#ended.promise;
  /** Settles if Swarm wants the task gone. */
  readonly withdrawn = this.#withdrawn.promise;
  readonly #socket: Socket;
  readonly #channel: Channel<FromLauncher, FromTask>;
  readonly #onRegister: (registration: Registration) => void;

  constructor(socket: Socket, onRegister: (registration: Registration) => void) {
    this.#socket = socket;
    this.#onRegister = onRegister;
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.#channel = new Channel(socket, {
      silentMs: SILENT_MS,
      hear: (message) => this.#take(message),
      lost: () => this.lose(),
    });
    socket.on('error', () => undefined);
    socket.once('close', () => this.lose());
  }

  start(environment: Record<string, string>): void {
    this.#channel.tell({ type: 'start', environment });
  }

  /** Asks its program to end (SIGTERM). */
  stop(): void {
    this.#channel.tell({ type: 'stop' });
  }

  /** Ends all of its processes, whatever they do. */
  kill(): void {
    this.#channel.tell({ type: 'kill' });
  }

  /** Closes the connection. A task that still runs then ends itself. */
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
    if (message.type === 'output' && !this.output.writableEnded) this.output.write(message.text);
    if (message.type === 'withdrawn') this.#withdrawn.resolve();
    if (message.type === 'exited')
      this.#settle({ kind: 'exited', exitCode: Number(message.exitCode), outOfMemory: message.outOfMemory === true });
  }
}
