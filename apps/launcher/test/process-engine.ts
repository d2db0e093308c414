import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import {
  EngineError,
  type EngineToOpen,
  type Exit,
  type Mount,
  type Relay,
  type SandboxSpec,
  type StartedSandbox,
} from '@serverless-vote/engine';
import { RELAY_PROGRAM } from '@serverless-vote/engine/docker/relay';
import pTimeout from 'p-timeout';

interface ProcessEngineParts {
  /** Contains what other engines mount: a sandbox's mount is the folder of that name, or the directory itself. */
  directory: string;
  /** The program and arguments that run instead of an image; undefined: there is no such image. */
  command(image: string): readonly string[] | undefined;
}

/** What runs instead of a container. */
export interface Program {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Rejects if it did not start. */
  started: Promise<unknown>;
  /** Its status, when its outputs have ended, too. */
  exited: Promise<number>;
  /** Sends it SIGTERM. */
  terminate(): void;
  kill(): void;
}

export type Environment = Record<string, string | undefined>;

interface Running {
  program: Program;
  exited: Promise<Exit>;
}

/**
 * Child processes instead of containers, connected to the launcher by real sockets: for tests without Docker, and for
 * measuring the launcher alone. It enforces no limits and provides no isolation.
 */
export class ProcessEngine implements EngineToOpen {
  readonly #parts: ProcessEngineParts;
  readonly #running = new Map<string, Running>();

  constructor(parts: ProcessEngineParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(end));
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    const from = performance.now();
    const ports = new Map<string, string>();
    const relay = spec.relay ? await this.#startRelay(spec.relay, ports) : undefined;
    const command = this.#parts.command(spec.image);
    if (command === undefined) throw new EngineError('misconfigured', `There is no image ${spec.image}.`);
    const program = this.launch(command, this.#environment(spec, ports));
    const { stdin, stdout, stderr } = program;
    if (!spec.stdio) stdin.end();
    const output = spec.stdio ? stderr : merged(stdout, stderr);
    const stdio = spec.stdio ? { stdio: { input: stdin, result: stdout } } : {};
    const exited = program.exited.then((exitCode): Exit => {
      relay?.kill('SIGKILL');
      this.#running.delete(spec.sandboxId);
      return { kind: 'exited', exitCode, outOfMemory: false };
    });
    this.#running.set(spec.sandboxId, { program, exited });
    await program.started.catch((error: Error) => {
      this.#running.delete(spec.sandboxId);
      throw new EngineError('unavailable', `The process did not start: ${error.message}`, { cause: error });
    });
    const containerId = randomBytes(6).toString('hex');
    return { containerId, createMs: 0, startMs: performance.now() - from, output, ...stdio, exited };
  }

  async stop(sandboxId: string, graceMs: number): Promise<void> {
    const running = this.#running.get(sandboxId);
    if (!running) return;
    running.program.terminate();
    await pTimeout(running.exited, { milliseconds: graceMs, fallback: () => end(running) });
  }

  async remove(sandboxId: string): Promise<void> {
    const running = this.#running.get(sandboxId);
    if (running) await end(running);
  }

  async list(): Promise<string[]> {
    return [...this.#running.keys()];
  }

  async missingImages(images: readonly string[]): Promise<string[]> {
    return images.filter((image) => this.#parts.command(image) === undefined);
  }

  /** A process group of its own, so that it can be killed together with its children, as in a container. */
  protected launch([program = '', ...args]: readonly string[], env: Environment): Program {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const kill = () => endGroup(child);
    child.once('exit', kill);
    const exited = Promise.withResolvers<number>();
    child.once('close', (code, signal) => exited.resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    const { stdin, stdout, stderr } = child;
    const terminate = () => child.kill('SIGTERM');
    return { stdin, stdout, stderr, started: once(child, 'spawn'), exited: exited.promise, terminate, kill };
  }

  /** In place of a namespace's loopback address it uses this machine's, with a free port, which it adds to `ports`. */
  async #startRelay({ from, to, mounts }: Relay, ports: Map<string, string>): Promise<ChildProcess> {
    const port = typeof from === 'number' ? await freePort() : from;
    ports.set(`127.0.0.1:${from}`, `127.0.0.1:${port}`);
    const ends = { from: this.#located(port, mounts), to: this.#located(to, mounts) };
    const relay = spawn(process.execPath, ['-e', RELAY_PROGRAM, JSON.stringify(ends)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(relay, 'spawn');
    if (typeof from === 'number') await once(relay.stdout, 'data');
    return relay;
  }

  #located = (end: number | string, mounts: Mount[]) => (typeof end === 'number' ? end : this.#locate(end, mounts));

  /** A container's environment, with paths below its mounts, and ports, replaced by those on this machine. */
  #environment({ environment, secrets, mounts }: SandboxSpec, ports: Map<string, string>): Environment {
    const entries = Object.entries({ ...environment, ...secrets });
    const onThisMachine = entries.map(([name, value]) => [name, ports.get(value) ?? this.#locate(value, mounts)]);
    // biome-ignore lint/style/noProcessEnv: so that programs are found; nothing here depends on it
    return { PATH: process.env.PATH, ...Object.fromEntries(onThisMachine) };
  }

  #locate(value: string, mounts: Mount[]): string {
    const mount = mounts.find(({ target }) => value.startsWith(`${target}/`));
    if (!mount) return value;
    const { directory } = this.#parts;
    const source = mount.folder === undefined ? directory : `${directory}/${mount.folder}`;
    return source + value.slice(mount.target.length);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The combined output of several streams; ends when all have ended. */
function merged(...streams: Readable[]): PassThrough {
  const output = new PassThrough();
  let open = streams.length;
  for (const stream of streams) {
    stream.pipe(output, { end: false });
    stream.once('end', () => --open === 0 && output.end());
  }
  return output;
}

function end({ program, exited }: Running): Promise<unknown> {
  program.kill();
  return exited;
}

/** Kills a process and everything that it started. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // They have all ended.
  }
}
