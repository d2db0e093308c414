import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';

const CONTAINERD = '[[driver-type io.containerd.snapshotter.v1]]';
const OVERLAY2 = '[[Backing Filesystem extfs]]';

/** What `make doctor` says on an engine that this machine does not have: version, driver, its status, cgroups, machine, system. */
async function doctor(...engine: string[]): Promise<string> {
  const folder = mkdtempSync(`${tmpdir()}/doctor-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const docker = `case $* in
      version*) echo '${engine[0]} 1.51' ;;
      info*ServerVersion*) echo '${engine.join('|')}' ;;
      info*) ;;
      'compose version') echo 'Docker Compose version 2.40.3' ;;
      'buildx version') echo 'github.com/docker/buildx 0.29.1' ;;
      ps*) ;;
      *) exit 1 ;;
    esac`;
  // npm takes longer to say its version than all the rest, and so does Playwright to say where its browser is.
  for (const [name, script] of Object.entries({ docker, npm: 'echo 12', chromium: '' })) {
    writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(`${folder}/${name}`, 0o755);
  }
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, DOCKER_HOST: '', SAY_SCREEN: '' };
  // Its status is about ports and disk, too, which are this machine's.
  return new Promise((resolve) =>
    execFile(`${import.meta.dirname}/../doctor.sh`, { env }, (_error, _stdout, stderr) => resolve(stderr)),
  );
}

it.each([
  ['20.10.24+dfsg1', 'overlay2', OVERLAY2, 'overlay2'],
  ['28.5.2+dfsg4', 'overlay2', OVERLAY2, 'overlay2'],
  ['28.5.2+dfsg4', 'overlayfs', CONTAINERD, 'containerd'],
])('says that Docker %s with %s is tested', async (version, driver, status, store) => {
  const said = await doctor(version, driver, status, '1', 'x86_64', 'Debian GNU/Linux');
  expect(said).toContain(`✓ Docker Engine    Docker ${version} answers`);
  expect(said).toContain(`✓ Image store      ${store}`);
  expect(said).toContain('✓ cgroups          version 1');
  expect(said).toContain('✓ Compose          Docker Compose version 2.40.3');
  expect(said).toContain('✓ BuildKit         github.com/docker/buildx 0.29.1');
  expect(said).toContain('✓ Tested           this combination is one of those');
});

it.each([
  ['29.0.1', 'overlayfs', CONTAINERD, '1', 'x86_64', 'Debian GNU/Linux'],
  ['28.5.2', 'overlay2', OVERLAY2, '2', 'x86_64', 'Docker Desktop'],
])('says that nobody has reported Docker %s with %s (%s), cgroups %s, %s, and what is tested', async (...engine) => {
  const said = await doctor(...engine);
  expect(said).toContain(`· Tested           nobody has reported this combination yet (${engine[5]}, ${engine[4]})`);
  expect(said).toContain('our tests run on 20.10 with overlay2, 28.5 with overlay2 or containerd');
});
