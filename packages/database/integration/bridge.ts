import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

const END = Buffer.alloc(0);

/** What a connection sends, behind its number; nothing is its end. */
function frame(id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUInt32BE(data.length, 4);
  return Buffer.concat([head, data]);
}

function readFrames(stream: Readable, hear: (id: number, data: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.length < 8 ? Number.POSITIVE_INFINITY : 8 + rest.readUInt32BE(4);
      if (rest.length < end) return;
      hear(rest.readUInt32BE(0), rest.subarray(8, end));
      rest = rest.subarray(end);
    }
  });
}

/** In the container: each number's connection to Postgres, which begins with its first frame. */
const PROGRAM = `
const [frame, readFrames] = [${frame}, ${readFrames}];
const sockets = new Map();
let last = 0;
const tell = (id, data) => process.stdout.write(frame(id, data));
readFrames(process.stdin, (id, data) => {
  if (id > last) {
    last = id;
    const socket = require('node:net').connect('/var/run/postgresql/.s.PGSQL.5432');
    sockets.set(id, socket);
    socket.on('data', (data) => tell(id, data)).on('error', () => undefined);
    socket.on('close', () => sockets.delete(id) && tell(id, Buffer.alloc(0)));
  }
  if (data.length > 0) sockets.get(id)?.write(data);
  else sockets.get(id)?.end();
});
process.stdin.on('end', () => process.exit());`;

/** Passes connections to Postgres through one process in a container: to start one for each would take most of a test's time. */
export class Bridge {
  readonly #container: string;
  readonly #sockets = new Map<number, Socket>();
  #process: ChildProcessWithoutNullStreams | undefined;
  #last = 0;

  constructor(container: string) {
    this.#container = container;
  }

  take(socket: Socket): void {
    this.#process ??= this.#start();
    const { stdin } = this.#process;
    this.#last += 1;
    const id = this.#last;
    this.#sockets.set(id, socket);
    socket.on('data', (data: Buffer) => stdin.write(frame(id, data)));
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(id) && stdin.write(frame(id, END)));
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('docker', ['exec', '--interactive', this.#container, 'node', '-e', PROGRAM]);
    child.stdin.on('error', () => undefined);
    readFrames(child.stdout, (id, data) => {
      if (data.length > 0) this.#sockets.get(id)?.write(data);
      else this.#sockets.get(id)?.end();
    });
    // With its container, or before that was up.
    child.once('exit', () => {
      this.#process = undefined;
      for (const socket of this.#sockets.values()) socket.end();
    });
    return child;
  }
}
