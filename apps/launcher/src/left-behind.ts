import { chmodSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@serverless-vote/contracts/backoff';

/** About ten minutes: then it stays until the launcher's own container ends, and the volume with it. */
const TRIES = 25;

export interface LeftBehindParts {
  /** Removes what is in a folder as the uid that has made it. */
  empty: (folder: string) => Promise<void>;
  /** Told when a folder can't be removed, and stays. */
  warn: (details: object, event: string) => void;
  pauseMs?: (failures: number) => number;
  rm?: (path: string) => void;
}

/**
 * Removes a folder in which a container could write, whatever that has left there: root without capabilities can't look into a folder
 * of another uid, so that uid's own hand removes what is in the way. Never rejects.
 */
export async function removeLeftBehind(
  directory: string,
  folder: string,
  { empty, warn, pauseMs = backoffMs, rm = (path) => rmSync(path, { recursive: true, force: true }) }: LeftBehindParts,
): Promise<void> {
  const path = `${directory}/${folder}`;
  for (let failures = 1; ; failures += 1) {
    try {
      return rm(path);
    } catch {
      // Something in it is not ours to remove.
    }
    try {
      chmodSync(path, 0o777);
      await empty(folder);
      return rm(path);
    } catch (error) {
      if (failures === TRIES) return warn({ folder, why: String(error) }, 'folder.not-removed');
      await delay(pauseMs(failures), undefined, { ref: false });
    }
  }
}
