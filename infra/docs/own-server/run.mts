// Runs docs/own-server.md as it is written, as root on a machine that may be changed in any way (infra/engine/modern/own-server.sh): with
// images of a local registry, a certificate of Caddy's own, and voters while the launcher is replaced. The last line counts.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { parseLab } from '../lab.mts';
import { Shell } from '../shell.mts';
import { differenceOf } from '../shown.mts';
import { runStep, stateOf } from '../step.mts';
import { presentInBrowser, voteInBrowser } from './browser.mts';

const ROOT = join(import.meta.dirname, '../../..');
const WITHIN_MS = 300_000;
const ADDRESS = 'https://vote.example.org';
const RATE = 50;
const VOTERS = 1_500;
const CADDYS_ROOT = '/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt';
/** Where curl and node look for it. */
const TRUSTED = '/tmp/caddys-root.crt';

/** What the page says in general, and the test in particular. */
const hereFor = (commands: string): string =>
  commands
    .replace(/https:\/\/raw\.githubusercontent\.com\S*\/main\//, `file://${ROOT}/`)
    .replace('registry.example.org', '127.0.0.1:5000')
    .replace('you@example.org', 'internal')
    .replace('IMAGE_TAG=1.0', 'IMAGE_TAG=published')
    .replace('IMAGE_TAG=1.1', 'IMAGE_TAG=published-next')
    // All voters of the test have the same address.
    .replace('VOTES_PER_MINUTE_PER_ADDRESS=600', 'VOTES_PER_MINUTE_PER_ADDRESS=60000');

let passed = 0;
let failed = 0;
async function check(title: string, run: () => unknown): Promise<void> {
  try {
    await run();
    passed += 1;
    console.log(`  ✓ ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`  ✗ ${title}\n${error instanceof Error ? error.message : error}`);
  }
}
function same(seen: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(seen, expected)) throw new Error(`${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`);
}

const total = async (): Promise<number> => {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch('http://127.0.0.1:8080/results.json').catch(() => undefined);
    if (answer?.ok) return Number(((await answer.json()) as { total: number }).total);
    if (tries === 60) throw new Error('The results have no total.');
    await delay(1_000);
  }
};
const container = (name: 'launcher' | 'database') =>
  execFileSync('docker', ['ps', '--quiet', '--filter', `label=org.serverless-vote.name=${name}`], {
    encoding: 'utf8',
  });

/** Reads a line that a program prints. */
const lineOf = (program: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const hear = (piece: string) => {
      text += piece;
      if (text.includes('\n')) {
        program.stdout?.off('data', hear);
        resolve(text.trim());
      }
    };
    program.stdout?.setEncoding('utf8').on('data', hear);
    program.once('exit', (status) => reject(new Error(`The voters ended with ${status}.`)));
  });

const shell = new Shell('/', {
  HOME: '/root',
  LANG: 'C.UTF-8',
  PATH: `${import.meta.dirname}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  DEBIAN_FRONTEND: 'noninteractive',
  CURL_CA_BUNDLE: TRUSTED,
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(.*_proxy)$/i.test(name))),
});

/** Runs a step and compares its output. */
async function take({ commands, shown }: { commands: string; shown: string | undefined }): Promise<void> {
  const printed = await runStep(shell, hereFor(commands), () => stateOf('serverless-vote', '9000'), WITHIN_MS);
  const difference = shown === undefined ? undefined : differenceOf(shown, printed);
  if (difference !== undefined) throw new Error(difference);
}

/** Votes through the page, over TLS, at a steady rate, and replaces the launcher meanwhile. Every vote is recorded, and counts once. */
async function whileVoting(replace: () => Promise<void>): Promise<void> {
  // Voters vote as soon as they are ready.
  const before = await total();
  const voters = spawn(process.execPath, [join(import.meta.dirname, 'voters.mts'), ADDRESS, `${RATE}`, `${VOTERS}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: TRUSTED },
  });
  same(await lineOf(voters), 'ready');
  const old = container('launcher');
  const ended = lineOf(voters);
  await delay(3_000);
  await replace();
  await delay(3_000);
  voters.stdin?.end();
  const { cast, recorded, failed: givenUp, late, longestMs, again } = JSON.parse(await ended);
  console.log(
    `    ${cast} votes at ${RATE} a second, the slowest in ${longestMs} ms; repeated: ${JSON.stringify(again)}`,
  );
  same(container('launcher') === old, false);
  same({ recorded, givenUp, late }, { recorded: cast, givenUp: 0, late: 0 });
  const counted = (await total()) - before;
  // A vote that is repeated by a container on its way out would count twice a moment later.
  await delay(2_000);
  same([counted, (await total()) - before], [cast, cast]);
}

const { steps } = parseLab('own-server.md', readFileSync(join(ROOT, 'docs/own-server.md'), 'utf8'));
let kept = 0;
for (const step of steps) {
  const { line, commands } = step;
  const title = `line ${line}: ${commands.trim().split('\n').at(-1)}`;
  if (commands.includes('IMAGE_TAG=1.1')) {
    const database = container('database');
    await check('votes go on during the upgrade', () => whileVoting(() => check(title, () => take(step))));
    await check('the database was not replaced, because its image is the same', () =>
      same(container('database'), database),
    );
    const commands = 'docker-compose up --detach --force-recreate';
    await check('and while the database is replaced, too', () =>
      whileVoting(() => check(commands, () => take({ commands, shown: undefined }))),
    );
    await check('another database runs then', () => same(container('database') === database, false));
    continue;
  }
  await check(title, () => take(step));
  if (commands.includes('>/etc/caddy/Caddyfile') && !existsSync(TRUSTED))
    await check('Caddy has made a certificate', async () => {
      for (let tries = 0; !existsSync(CADDYS_ROOT) && tries < 60; tries += 1) await delay(500);
      copyFileSync(CADDYS_ROOT, TRUSTED);
    });
  if (commands.includes('--http2'))
    await check(
      'a browser votes, sees the results move, and presents over TLS, with cookies for TLS alone',
      async () => {
        same(await voteInBrowser(ADDRESS), {
          protocols: ['Document over h2', 'EventSource over h2'],
          cookiesAreSecure: true,
          totals: [0, 1],
        });
        const key = execFileSync('docker', ['exec', container('launcher').trim(), 'cat', '/run/secrets/presenter-key']);
        same(await presentInBrowser(ADDRESS, key.toString()), {
          state: 'Open',
          isLive: true,
          cookiesAreSecure: true,
        });
      },
    );
  const isBackup = /\bbackup-votes\b|--create --directory/.test(commands);
  if (isBackup || /pg_restore|--extract --directory/.test(commands)) {
    const seen = await total();
    kept ||= seen;
    await check(`all ${kept} votes are there`, () => same([seen, kept > VOTERS / 2], [kept, true]));
  }
  if (isBackup)
    await check('now all votes are deleted', async () => {
      // An attempt of a voter who has long had an answer may still be on its way. When the stack is idle, none is.
      const running = ['ps', '--quiet', '--filter', 'label=org.serverless-vote.launcher'];
      const count = () => execFileSync('docker', running, { encoding: 'utf8' }).split('\n').filter(Boolean).length;
      for (let tries = 0; count() > 2; tries += 1) {
        if (tries === 180) throw new Error(`${count()} containers are still running`);
        await delay(1_000);
      }
      same((await fetch('http://127.0.0.1:9000/reset', { method: 'POST' })).ok, true);
      same(await total(), 0);
    });
}
shell.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
