import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LAST_WORDS_MS = 100;

export interface Ran {
  /** What came on stdout and stderr, in its order. */
  output: string;
  /** Of the first command that failed, else 0. */
  status: number;
}

/** One bash, as somebody has it open who does a lab: what a block sets is there for the next one. */
export class Shell {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lab-'));
  readonly #bash: ChildProcess;
  #output = '';
  #ended = false;
  #heard: () => void = () => undefined;

  constructor(directory: string, environment: Record<string, string | undefined>) {
    this.#bash = spawn('bash', ['--noprofile', '--norc'], {
      cwd: directory,
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    this.#bash.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#heard();
    });
    // What it wrote last may arrive a little later.
    this.#bash.once('exit', () =>
      setTimeout(() => {
        this.#ended = true;
        this.#heard();
      }, LAST_WORDS_MS),
    );
  }

  /**
   * Runs a block; its commands have nothing to read, and the first that fails ends the shell.
   * @throws {Error} when it takes longer than `withinMs`
   */
  run(commands: string, withinMs: number): Promise<Ran> {
    const file = join(this.#folder, 'block');
    const mark = `--- ${Math.random()} ---`;
    writeFileSync(file, `${commands}\n`);
    this.#output = '';
    this.#bash.stdin?.write(`set -e; exec 2>&1; . ${file} </dev/null; set +e; printf '\\n%s\\n' '${mark}'\n`);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.close();
        reject(new Error(`No end after ${withinMs / 1000} s. It had printed:\n${this.#output}`));
      }, withinMs);
      this.#heard = () => {
        const end = this.#output.indexOf(mark);
        if (end < 0 && !this.#ended) return;
        clearTimeout(late);
        resolve(
          end < 0
            ? { output: this.#output, status: this.#bash.exitCode ?? 1 }
            : { output: this.#output.slice(0, end).trimEnd(), status: 0 },
        );
      };
      this.#heard();
    });
  }

  /** Ends it, with everything that a block left behind in the background. */
  close(): void {
    try {
      if (this.#bash.pid !== undefined) process.kill(-this.#bash.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
