import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { Engine, Exit, SandboxSpec, StartedSandbox } from '../engine.ts';

/** Starts plain processes in the place of containers: what is left is the launcher's own work. */
export class Processes implements Engine {
  readonly #directory: string;
  readonly #program: string;
  readonly #running = new Map<string, ChildProcess>();

  /** @param directory where each sandbox's runtime API has its folder @param program what every sandbox runs */
  constructor(directory: string, program: string) {
    this.#directory = directory;
    this.#program = program;
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}

  async start({ sandboxId, environment }: SandboxSpec): Promise<StartedSandbox> {
    const address = path.join(this.#directory, sandboxId, 'api.sock');
    // biome-ignore lint/style/noProcessEnv: a child process inherits it, nothing here reads it
    const env = { ...process.env, ...environment, AWS_LAMBDA_RUNTIME_API: address };
    const child = spawn(process.execPath, [this.#program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.set(sandboxId, child);
    const exited = once(child, 'exit').then(([code]): Exit => {
      this.#running.delete(sandboxId);
      return { kind: 'exited', exitCode: Number(code ?? 137), outOfMemory: false };
    });
    const output = new PassThrough();
    for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
    void exited.then(() => output.end());
    return { containerId: randomBytes(32).toString('hex'), createMs: 0, startMs: 0, output, exited };
  }

  async stop(sandboxId: string): Promise<void> {
    this.#running.get(sandboxId)?.kill('SIGTERM');
  }

  async remove(sandboxId: string): Promise<void> {
    this.#running.get(sandboxId)?.kill('SIGKILL');
  }

  async list(): Promise<string[]> {
    return [...this.#running.keys()];
  }

  async permanentMemory(): Promise<undefined> {}

  killAll(): void {
    for (const child of this.#running.values()) child.kill('SIGKILL');
  }
}
