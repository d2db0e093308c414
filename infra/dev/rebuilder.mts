import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readCatalog } from '@serverless-vote/catalog';
import { containers, docker } from './containers.mts';

/** Editors save in several steps. */
const SETTLE_MS = 150;

/** What to do after a file was saved. */
type Work = { kind: 'function'; name: string } | { kind: 'stack' };

/**
 * Deploys saved changes to the running stack: rebuilds a function's image and replaces its idle containers, so that the next event
 * runs the new code; events in flight are finished by the old. One build at a time; a failed one changes nothing.
 */
export class Rebuilder {
  readonly #root: string;
  readonly #stack: string;
  #due = new Map<string, Work>();
  #timer: NodeJS.Timeout | undefined;
  #working = false;

  constructor(root: string, stack: string) {
    this.#root = root;
    this.#stack = stack;
  }

  /** @param path of the saved file, from the repository's root */
  saved(path: string): void {
    for (const work of this.#worksFor(path)) this.#due.set(work.kind === 'function' ? work.name : '', work);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#workOff(), SETTLE_MS);
  }

  #worksFor(path: string): Work[] {
    const [top, name = '', folder] = path.split('/');
    if (/\.(test|fixture)\.ts$/.test(path)) return [];
    if (top !== 'functions' || name === 'catalog.json') return [{ kind: 'stack' }];
    if (folder !== 'src') return [];
    try {
      const { functions } = readCatalog(join(this.#root, 'functions/catalog.json'));
      return Object.hasOwn(functions, name) ? [{ kind: 'function', name }] : [];
    } catch {
      // run.sh says what is wrong with it.
      return [{ kind: 'stack' }];
    }
  }

  async #workOff(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (this.#due.size > 0) {
      const works = [...this.#due.values()];
      this.#due = new Map();
      // A restart of the stack rebuilds all functions anyway.
      if (works.some(({ kind }) => kind === 'stack')) await this.#run('infra/stack/run.sh');
      else for (const work of works) if (work.kind === 'function') await this.#renew(work.name);
    }
    this.#working = false;
  }

  async #renew(name: string): Promise<void> {
    const begun = performance.now();
    const built =
      (await this.#run('turbo', 'run', 'build', `--filter=@serverless-vote/${name}`, '--output-logs=errors-only')) &&
      (await this.#run('infra/images/build.sh', name));
    if (!built) return console.log(`  ${name} stays as it was: fix what is said above and save again`);
    const waiting = await containers(this.#stack, name);
    if (waiting.length > 0) await docker('kill', '--signal', 'TERM', ...waiting).catch(() => undefined);
    console.log(`  ${name} is new after ${Math.round(performance.now() - begun)} ms`);
  }

  /** Silent on success; prints the whole output on failure. */
  #run(command: string, ...words: string[]): Promise<boolean> {
    return new Promise((resolve) => {
      const child = spawn(command, words, { cwd: this.#root, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          said += chunk;
        });
      child.once('error', () => resolve(false));
      child.once('close', (code) => {
        if (code !== 0) process.stdout.write(said);
        resolve(code === 0);
      });
    });
  }
}
