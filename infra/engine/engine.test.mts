import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

// Only where engine.sh starts the engine by itself: as root, without an init system.
const startsByHand = process.getuid?.() === 0 && !existsSync('/run/systemd/system') && existsSync('/usr/bin/apt-get');
let folder: string;

// An engine that can't be had twice on one machine: commands of its names, which answer once it was started.
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/engine-`);
  command('docker', `[ -e ${folder}/pid ] && echo '28.0.0 1.48' || { echo 'Cannot connect' >&2; exit 1; }`);
  command('docker-compose', 'exit 0');
  command('dockerd', `echo $$ >${folder}/pid; exec sleep 600`);
});

afterEach(() => {
  if (existsSync(`${folder}/pid`)) process.kill(enginePid());
  rmSync(folder, { recursive: true });
});

it.runIf(startsByHand)('leaves the engine nothing of its own: who reads its output sees the end of it', async () => {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, DOCKER_HOST: '' };
  const { stderr } = await promisify(execFile)(`${import.meta.dirname}/engine.sh`, { env, timeout: 240_000 });
  expect(stderr).toContain('starting the Docker Engine');
  // Execution resolves at the end of the output, while the engine lives on.
  expect(() => process.kill(enginePid(), 0)).not.toThrow();
});

const enginePid = () => Number(readFileSync(`${folder}/pid`, 'utf8'));

function command(name: string, script: string): void {
  writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${folder}/${name}`, 0o755);
}
