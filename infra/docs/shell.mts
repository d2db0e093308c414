import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LAST_WORDS_MS = 100;

export interface Ran {
  /** stdout and stderr, in order. */
  output: string;
  /** The exit status of the first failed command, or 0. */
  status: number;
}

/** One bash for a whole lab, like a learner's terminal: the next block sees what a block has set. */
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
    // Its last output may arrive a little later.
    this.#bash.once('exit', () =>
      setTimeout(() => {
        this.#ended = true;
        this.#heard();
      }, LAST_WORDS_MS),
    );
  }

  /**
   * Runs a block with an empty stdin. The first command that fails ends the shell.
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

  /** Ends the shell with all its background jobs. */
  close(): void {
    try {
      if (this.#bash.pid !== undefined) process.kill(-this.#bash.pid, 'SIGKILL');
    } catch {
      // It has already exited.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
