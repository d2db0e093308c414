import { afterAll, beforeAll, describe, test } from 'vitest';
import { readLabs } from './lab.mts';
import { commandsAt, outputAsWritten } from './places.mts';
import { Shell } from './shell.mts';
import { differenceOf } from './shown.mts';

/** A `make run` may have to install and build everything, on a machine that is busy. */
const STEP_MS = 600_000;

const { LABS_COPY = '', LABS_PATH = '', STACK = '', IMAGE_TAG = '' } = process.env;
const { PORT = '', CONTROL_PORT = '', PROMETHEUS_PORT = '' } = process.env;
if (LABS_COPY === '') throw new Error('make labs runs this: it makes a copy of the repository, and a stack for it.');
const place = {
  ...{ stack: STACK, imageTag: IMAGE_TAG },
  ...{ port: PORT, controlPort: CONTROL_PORT, prometheusPort: PROMETHEUS_PORT },
};
/** What a learner has in the environment, and where the stack is; none of the test runner's own, such as NO_COLOR. */
const handedOn =
  /^(HOME|USER|LANG|LC_.*|TMPDIR|DOCKER.*|npm_config_.*|.*_proxy|STACK|IMAGE_TAG|.*PORT|WITHOUT_ENV_FILE|.*_IDLE_TIMEOUT_MS)$/i;
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => handedOn.test(name))),
  PATH: LABS_PATH,
};

describe.each(readLabs())('$file', ({ steps }) => {
  let shell: Shell;
  let failed: number | undefined;

  beforeAll(() => {
    shell = new Shell(LABS_COPY, environment);
  });
  afterAll(() => shell.close());

  for (const { line, commands, shown } of steps)
    test(`line ${line}: ${commands.trim().split('\n').at(-1)?.trim()}`, { timeout: STEP_MS + 1_000 }, async () => {
      if (failed !== undefined) throw new Error(`Not tried, because line ${failed} failed.`);
      failed = line;
      const { output, status } = await shell.run(commandsAt(place, commands), STEP_MS);
      const printed = outputAsWritten(place, output);
      if (status !== 0) throw new Error(`The commands ended with ${status} and printed:\n${printed}`);
      const difference = shown === undefined ? undefined : differenceOf(shown, printed);
      if (difference !== undefined) throw new Error(difference);
      failed = undefined;
    });
});
