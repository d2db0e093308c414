import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { BACKOFF } from '@serverless-vote/contracts/backoff';
import { confined } from '@serverless-vote/engine/docker/container-options';
import type Docker from 'dockerode';
import pRetry from 'p-retry';

/** About ten minutes; after that the folder stays until the launcher's own container, and with it the volume, is removed. */
const RETRIES = 24;
const DEADLINE_MS = 20_000;

/**
 * Runs in a container: empties the mounted folder, whatever the names, modes and depth of its content. It renames each folder and
 * changes into it, because a path may be longer than the kernel accepts, and a name may not be valid text.
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

export interface FolderParts {
  /** Empties a folder with the uid of the container that wrote to it. */
  empty: (folder: string) => Promise<void>;
  /** Called when a folder can't be removed, and stays. */
  warn: (details: object, event: string) => void;
  backoff?: object;
  rm?: (path: string) => void;
}

/**
 * Removes a folder that a container could write to. Root without capabilities can't read a folder of another uid, so a container with
 * that uid empties it first if necessary. Never rejects.
 */
export async function removeFolder(
  directory: string,
  folder: string,
  { empty, warn, backoff = BACKOFF, rm = (path) => rmSync(path, { recursive: true, force: true }) }: FolderParts,
): Promise<void> {
  const path = `${directory}/${folder}`;
  const remove = async () => {
    try {
      return rm(path);
    } catch {
      // Its content belongs to another uid.
    }
    chmodSync(path, 0o777);
    await empty(folder);
    rm(path);
  };
  const giveUp = (error: unknown) => warn({ folder, why: String(error) }, 'folder.not-removed');
  await pRetry(remove, { ...backoff, retries: RETRIES, unref: true }).catch(giveUp);
}

interface Filled {
  stackId: string;
  /** The uid that wrote to it. */
  user: number;
  /** An image that contains node. */
  image: string;
  /** The folder's path on the engine's machine. */
  path: string;
}

/** Empties a folder with the uid that wrote to it, in a container that has only that folder mounted. */
export async function emptyFolder(docker: Docker, { stackId, user, image, path }: Filled): Promise<void> {
  const abortSignal = AbortSignal.timeout(DEADLINE_MS);
  // Labelled like a sandbox, so that the sweep finds it if the launcher ends first.
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
