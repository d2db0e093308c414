import { chmodSync, rmSync } from 'node:fs';
import { BACKOFF } from '@serverless-vote/contracts/backoff';
import pRetry from 'p-retry';

/** For about ten minutes: then it stays until the launcher's own container ends, and the volume with it. */
const RETRIES = 24;

export interface LeftBehindParts {
  /** Removes what is in a folder as the uid that has made it. */
  empty: (folder: string) => Promise<void>;
  /** Told when a folder can't be removed, and stays. */
  warn: (details: object, event: string) => void;
  backoff?: object;
  rm?: (path: string) => void;
}

/**
 * Removes a folder in which a container could write, whatever that has left there: root without capabilities can't look into a folder
 * of another uid, so a container with that uid removes what is in the way. Never rejects.
 */
export async function removeLeftBehind(
  directory: string,
  folder: string,
  { empty, warn, backoff = BACKOFF, rm = (path) => rmSync(path, { recursive: true, force: true }) }: LeftBehindParts,
): Promise<void> {
  const path = `${directory}/${folder}`;
  const remove = async () => {
    try {
      return rm(path);
    } catch {
      // Something in it is not ours to remove.
    }
    chmodSync(path, 0o777);
    await empty(folder);
    rm(path);
  };
  const giveUp = (error: unknown) => warn({ folder, why: String(error) }, 'folder.not-removed');
  await pRetry(remove, { ...backoff, retries: RETRIES, unref: true }).catch(giveUp);
}
