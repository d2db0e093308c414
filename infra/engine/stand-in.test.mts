import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

// Only where base.sh would not install anything first.
const hasDebiansKeys = existsSync('/usr/bin/apt-get') && existsSync('/usr/share/keyrings/debian-archive-keyring.gpg');
const root = process.getuid?.() === 0;
let folder: string;

// Fakes, because Debian's packages fail to arrive only now and then: a docker that has no image and notes what it is told.
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/stand-in-`);
  command(
    'docker',
    `echo "$*" >>${folder}/told; case $1 in image | pull | buildx) exit 1 ;; import) cat >/dev/null ;; esac`,
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

it.runIf(hasDebiansKeys && root)('gives a stand-in its name once mmdebstrap has succeeded', async () => {
  command('mmdebstrap', 'echo a whole tar');
  expect(await build()).toContain('PROMETHEUS_IMAGE=serverless-vote/prometheus:bookworm');
  expect(named()).toHaveLength(1);
});

it.runIf(hasDebiansKeys && root)('gives no name to what an mmdebstrap that fails leaves behind', async () => {
  command('mmdebstrap', 'echo half a tar; exit 25');
  await expect(build()).rejects.toThrow();
  expect(named()).toEqual([]);
});

async function build(): Promise<string> {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, PROMETHEUS_IMAGE: '' };
  const { stdout } = await promisify(execFile)(`${import.meta.dirname}/../images/base.sh`, ['prometheus'], { env });
  return stdout;
}

/** The commands that give an image the name by which it is looked for. */
function named(): string[] {
  const told = readFileSync(`${folder}/told`, 'utf8').split('\n');
  return told.filter((line) => /^(import|tag) .*serverless-vote\/prometheus:bookworm$/.test(line));
}

function command(name: string, script: string): void {
  writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(`${folder}/${name}`, 0o755);
}
