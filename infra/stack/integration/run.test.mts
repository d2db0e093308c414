import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const root = realpathSync(join(import.meta.dirname, '../../..'));
/** As a second clone has it, as far as its commands get. */
const clone = realpathSync(mkdtempSync(join(tmpdir(), 'clone-')));
const environment: Record<string, string | undefined> = {
  ...process.env,
  ...{
    SAY_SCREEN: '',
    STEP_NAME: '',
    STEP_NOTE: '',
    WITHOUT_ENV_FILE: '1',
    COMPOSE_FILE: 'docker-compose.yml',
    YES: '1',
  },
  ...{ STACK: `${process.env.STACK ?? 'serverless-vote-test'}-run`, BIND: '127.0.0.1', PUBLIC_URL: '' },
};

function command(script: string, folder = root, more = {}): Promise<{ status: number; said: string }> {
  const env = { ...environment, ...more };
  return new Promise((resolve) => {
    execFile(join(folder, 'infra/stack', script), { cwd: folder, env }, (error, _, said) =>
      resolve({ status: Number(error?.code ?? 0), said }),
    );
  });
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** The permanent containers of the stack that run. */
const permanent = (): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const labels = [`launcher=${environment.STACK}`, 'role=permanent'];
    const filters = labels.map((label) => `--filter=label=org.serverless-vote.${label}`);
    execFile('docker', ['ps', '--quiet', ...filters], (error, out) =>
      error ? reject(error) : resolve(out.split('\n').filter(Boolean)),
    );
  });

beforeAll(async () => {
  rmSync(join(root, `.cache/introduced-${environment.STACK}`), { force: true });
  environment.PORT = await freePort();
  environment.CONTROL_PORT = await freePort();
  cpSync(join(root, 'infra'), join(clone, 'infra'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  for (const name of ['node_modules', 'package-lock.json', 'docker-compose.yml'])
    symlinkSync(join(root, name), join(clone, name));
});

afterAll(async () => {
  await command('stop.sh', root, { TAKE_OVER: '1' });
  const left = `docker volume ls --quiet --filter label=org.serverless-vote.launcher=${environment.STACK} | xargs docker volume rm`;
  await new Promise((resolve) => execFile('bash', ['-c', left], resolve));
  rmSync(clone, { recursive: true });
});

it('two that start a stopped stack at once both find it running, and only the first says what there is to try', {
  timeout: 600_000,
}, async () => {
  const both = await Promise.all([command('run.sh'), command('run.sh')]);
  expect(both).toEqual([0, 0].map((status) => ({ status, said: expect.stringMatching(/Vote +http/) })));
  expect(await permanent()).toHaveLength(2);
  expect(both.filter(({ said }) => said.includes('Try this'))).toHaveLength(1);
});

it.each(['run.sh', 'stop.sh', 'reset.sh'])(
  '%s of another clone leaves it alone, and names the folder that it belongs to',
  async (script) => {
    const before = await permanent();
    const { status, said } = await command(script, clone);
    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining(`It was started in ${root}`) });
    expect(await permanent()).toEqual(before);
  },
);

it.each([
  ['{\n  "functions": {\n    "greet": stdio\n  }\n}', 'it is not JSON: Unexpected token .*\\(line 3\\)'],
  ['{ "functions": {}, "services": {}, "streams": {} }', 'services\\.web'],
])(
  'a catalog that can’t be read is explained before anything is built, without a stack trace: %s',
  async (json, why) => {
    mkdirSync(join(clone, 'functions'), { recursive: true });
    writeFileSync(join(clone, 'functions/catalog.json'), json);
    const { status, said } = await command('../images/build.sh', clone);
    expect({ status, said }).toEqual({
      status: 1,
      said: expect.stringMatching(new RegExp(`functions/catalog.json.*${why}.*Correct it`, 's')),
    });
    expect(said).not.toMatch(/^\s+at /m);
  },
);

// Not every system has the command that lends a terminal.
it.runIf(existsSync('/usr/bin/script') && process.platform === 'linux')(
  'make logs shows both, and Ctrl-C ends it with status 0',
  async () => {
    const logs = spawn('script', ['-qec', 'make logs', '/dev/null'], { cwd: root, env: environment });
    let shown = '';
    logs.stdout.on('data', (chunk) => {
      shown += chunk;
    });
    await vi.waitFor(() => expect(shown).toMatch(/launcher {2}/), 240_000);
    logs.stdin.write('\u0003');
    expect(await once(logs, 'exit')).toEqual([0, null]);
  },
);

it('TAKE_OVER=1 stops it from another clone', async () => {
  expect(await command('stop.sh', clone, { TAKE_OVER: '1' })).toMatchObject({ status: 0 });
  expect(await permanent()).toEqual([]);
});
