import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';

const LABEL = 'org.serverless-vote';
const DEADLINE_MS = 20_000;

/**
 * Runs in a container: empties its folder, whatever the names, modes and depth of what is in it. It renames each folder and goes
 * into it, because a path may be longer than the kernel takes, and a name may be no text.
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

/**
 * Empties a folder of one of the launcher's volumes by the hand of `user`: what a uid has put into folders of its own is out of reach
 * for root without capabilities. The container has the launcher's own image, and nothing but that folder.
 */
export async function emptyFolder(stackId: string, destination: string, folder: string, user: number): Promise<void> {
  const docker = new Docker();
  const abortSignal = AbortSignal.timeout(DEADLINE_MS);
  const label = [`${LABEL}.role=permanent`, `${LABEL}.name=launcher`, `${LABEL}.launcher=${stackId}`];
  const [launcher] = await docker.listContainers({ filters: { label }, abortSignal });
  const volume = launcher?.Mounts.find(({ Destination }) => Destination === destination)?.Source;
  if (!launcher || !volume) throw new Error(`The launcher has no volume at ${destination}.`);
  const sandboxId = randomBytes(6).toString('hex');
  const container = await docker.createContainer({
    name: `${stackId}-sandbox-${sandboxId}`,
    Image: launcher.ImageID,
    Entrypoint: ['node', '-e', PROGRAM],
    User: `${user}:${user}`,
    // So that the sweep finds it, should the launcher end before it.
    Labels: {
      [`${LABEL}.role`]: 'on-demand',
      [`${LABEL}.name`]: 'cleaner',
      [`${LABEL}.launcher`]: stackId,
      [`${LABEL}.sandbox`]: sandboxId,
    },
    HostConfig: {
      Binds: [`${volume}/${folder}:/left:rw`],
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Memory: 64 * 1024 * 1024,
      PidsLimit: 32,
      LogConfig: { Type: 'none', Config: {} },
    },
    abortSignal,
  });
  try {
    const ended = container.wait({ condition: 'next-exit', abortSignal }) as Promise<{ StatusCode: number }>;
    const [{ StatusCode }] = await Promise.all([ended, container.start({ abortSignal })]);
    if (StatusCode !== 0) throw new Error(`The folder ${folder} could not be emptied: exit status ${StatusCode}.`);
  } finally {
    // What can't be removed now is a stray, which the sweep finds.
    await container.remove({ force: true }).catch(() => undefined);
  }
}
