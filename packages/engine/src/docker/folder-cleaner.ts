import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import { confined } from './container-options.ts';

const DEADLINE_MS = 20_000;

/**
 * Runs in a container: empties its folder, whatever the names, modes and depth of what is in it. It renames each folder and goes
 * into it, because a path may be longer than the kernel accepts, and a name may not be valid text.
 */
const PROGRAM = `
const fs = require('node:fs');
let folders = 0;
function empty() {
  for (const name of fs.readdirSync('.', { encoding: 'buffer' })) {
    if (!fs.lstatSync(name).isDirectory()) { fs.unlinkSync(name); continue; }
    const renamed = 'removed-' + process.pid + '-' + Math.random() + '-' + (folders += 1);
    fs.renameSync(name, renamed);
    fs.chmodSync(renamed, 0o700);
    process.chdir(renamed);
    empty();
    process.chdir('..');
    fs.rmdirSync(renamed);
  }
}
process.chdir('/left');
empty();`;

interface Cleaning {
  stackId: string;
  /** The launcher's own: it has node. */
  image: string;
  /** The folder, on the engine's machine. */
  path: string;
  user: number;
}

/** Empties a folder as the uid that has filled it, in a container that has nothing but that folder. */
export async function emptyFolder(docker: Docker, { stackId, image, path, user }: Cleaning): Promise<void> {
  const abortSignal = AbortSignal.timeout(DEADLINE_MS);
  // Labelled like a sandbox, so that the sweep finds it, should the launcher end before it.
  const who = { stackId, name: 'cleaner', sandboxId: randomBytes(6).toString('hex'), user };
  const hostConfig = { Binds: [`${path}:/left:rw`], NetworkMode: 'none', Memory: 64 * 1024 * 1024, PidsLimit: 32 };
  const container = await docker.createContainer({
    ...confined(who, hostConfig),
    Image: image,
    Entrypoint: ['node', '-e', PROGRAM],
    abortSignal,
  });
  try {
    const ended = container.wait({ condition: 'next-exit', abortSignal }) as Promise<{ StatusCode: number }>;
    const [{ StatusCode }] = await Promise.all([ended, container.start({ abortSignal })]);
    if (StatusCode !== 0) throw new Error(`The folder ${path} could not be emptied: exit status ${StatusCode}.`);
  } finally {
    // If this fails, the sweep finds it.
    await container.remove({ force: true }).catch(() => undefined);
  }
}
