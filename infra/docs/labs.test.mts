import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { solved } from './exercise.mts';
import { readLabs } from './lab.mts';
import { commandsAt, outputAsWritten } from './places.mts';
import { Shell } from './shell.mts';
import { differenceOf } from './shown.mts';
import { limitOf, runStep, stateOf } from './step.mts';

/** Long enough to remove containers, volumes and a Swarm on a busy machine. */
const CLEAN_MS = 180_000;
/** The shell has the better message, so it gives up before the test runner. */
const MARGIN_MS = 30_000;

const { LABS_COPY = '', LABS_PATH = '', STACK = '', IMAGE_TAG = '' } = process.env;
const { PORT = '', CONTROL_PORT = '', PROMETHEUS_PORT = '' } = process.env;
if (LABS_COPY === '') throw new Error('make labs runs this: it makes a copy of the repository, and a stack for it.');
const place = {
  ...{ stack: STACK, imageTag: IMAGE_TAG },
  ...{ port: PORT, controlPort: CONTROL_PORT, prometheusPort: PROMETHEUS_PORT },
};
/** The environment of a learner, certificates of a company included, and the address of the stack; nothing of the test runner's, such as NO_COLOR. */
const handedOn =
  /^(HOME|USER|LANG|LC_.*|TMPDIR|DOCKER.*|npm_config_.*|.*_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|STACK|IMAGE_TAG|.*PORT|WITHOUT_ENV_FILE|.*_IDLE_TIMEOUT_MS)$/i;
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => handedOn.test(name))),
  PATH: LABS_PATH,
};

const fromNothing = () => {
  execFileSync(join(import.meta.dirname, 'from-nothing.sh'), { stdio: 'pipe', timeout: CLEAN_MS });
};

describe.each(readLabs())('$file', ({ file, steps }) => {
  let shell: Shell;
  let failed: number | undefined;

  beforeAll(() => {
    fromNothing();
    shell = new Shell(LABS_COPY, environment);
  }, CLEAN_MS);
  afterAll(() => {
    shell.close();
    fromNothing();
  }, CLEAN_MS);

  for (const { line, commands, shown } of steps)
    test(`line ${line}: ${commands.trim().split('\n').at(-1)?.trim()}`, {
      timeout: limitOf(commands) + MARGIN_MS,
    }, async () => {
      if (failed !== undefined) throw new Error(`Not tried, because line ${failed} failed.`);
      failed = line;
      const look = () => stateOf(STACK, CONTROL_PORT);
      const printed = outputAsWritten(place, await runStep(shell, commandsAt(place, solved(file, commands)), look));
      const difference = shown === undefined ? undefined : differenceOf(shown, printed);
      if (difference !== undefined) throw new Error(difference);
      failed = undefined;
    });
});
