import { spawn } from 'node:child_process';
import { root } from './bundle.ts';

export interface Ran {
  stdout: string;
  /** The times from the start of the command to its first line of output, and to its end. */
  firstLineMs: number;
  totalMs: number;
}

/** Runs a command. @throws {Error} with its stderr, when it fails or takes longer than `withinMs` */
export function run(
  command: string,
  args: readonly string[],
  { input = '', env = {}, withinMs = 60_000 }: { input?: string; env?: Record<string, string>; withinMs?: number } = {},
): Promise<Ran> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, timeout: withinMs });
    let stdout = '';
    let stderr = '';
    let firstLineMs = Number.NaN;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      if (Number.isNaN(firstLineMs) && stdout.includes('\n')) firstLineMs = performance.now() - began;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve({ stdout, firstLineMs, totalMs: performance.now() - began });
      const end = signal ? `ended by ${signal}` : `exited with ${code}`;
      reject(new Error(`${command} ${args[0]} ${end}: ${stderr.slice(-500)}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
