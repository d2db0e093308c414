import { randomBytes } from 'node:crypto';
import { renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the secrets that are missing: what `make run` does on the host, for a stack that was started without it. The folder has to be
 * a volume that outlives the container.
 * @throws if the folder can't be written
 */
export function makeSecrets(folder = '/run/secrets'): void {
  for (const name of ['session-secret', 'presenter-key']) {
    const file = join(folder, name);
    if (statSync(file, { throwIfNoEntry: false })?.size) continue;
    // A launcher that is killed meanwhile leaves no half of a secret.
    writeFileSync(`${file}.new`, randomBytes(32).toString('hex'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
