import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import deadlines from './vitest.shared.mts';

/**
 * Vitest leaves a core free, half of a small machine. Unit tests also wait, so a small machine runs four files at once; each worker more
 * loads and compiles everything again.
 */
const workers = { maxWorkers: Math.max(4, availableParallelism()) };

/** How many stacks the integration tests have: `make test` starts several, a Swarm is there once. */
const stacks = process.env.STACKS?.split(' ').filter(Boolean).length ?? 1;

/**
 * Tests that take longest, unit and integration: they come first, so that at the end no worker is left with one of them; and while a
 * worker is small, it starts child processes more quickly.
 */
const LONGEST =
  'function-calls function-pool-scaling connection server exchange stdio-exchange http-service function-pool-starts ' +
  'function-pool-retries replica serve function-pool ' +
  'recovery containment endpoints.fuzz full-volume functions run database-away cli engine-contract web ' +
  'async-recovery migrations limits dev sandbox hostile-function async tracing';

/** Unit tests that replace modules, or the environment that modules read: each file needs a fresh thread. */
const ISOLATED = ['launcher', 'parsers.fuzz', 'voter', 'presenter/presenter'].map(
  (name) => `apps/web/src/${name}.test.ts`,
);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const names = LONGEST.split(' ');
    const rank = ({ moduleId, project }: TestSpecification) => {
      // Before all others: a worker whose next file is of another project ends, and a new one would start as slowly.
      if (project.name === 'isolated') return -1;
      const place = names.findIndex((name) => moduleId.includes(`/${name}.test.`));
      return place < 0 ? names.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** All of vitest's tests, as `make test` runs them; a workspace's own scripts run only those that are beside them. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...deadlines.test,
          name: 'unit',
          include: [
            '{apps/classic,apps/workshop,apps/cli,apps/launcher,functions/*,packages/*,infra/*}/src/**/*.test.ts',
            'apps/launcher/test/*.test.ts',
            'infra/{docs,engine,lock,stack}/*.test.mts',
            'turbo/generators/*.test.mts',
            'apps/web/src/**/*.test.{ts,tsx}',
          ],
          exclude: ['infra/docs/labs.test.mts', ...ISOLATED],
          // They replace no module, so a process may run one file after the other, which takes half the time.
          isolate: false,
          ...workers,
        },
      },
      {
        test: { ...deadlines.test, ...workers, name: 'isolated', include: ISOLATED, pool: 'threads' },
      },
      {
        test: {
          ...deadlines.test,
          // Each look asks the engine, the launcher or a function, which the other workers wait for, too.
          expect: { poll: { ...deadlines.test?.expect?.poll, interval: 200 } },
          name: 'integration',
          include: ['{apps,packages,infra,turbo}/*/integration/**/*.test.{ts,mts}', 'infra/dev/*.test.mts'],
          setupFiles: ['infra/stack/stack-of-worker.mts'],
          // One file at a time on each stack.
          maxWorkers: stacks,
          fileParallelism: stacks > 1,
        },
      },
      {
        test: {
          ...deadlines.test,
          name: 'swarm',
          include: ['infra/bench/swarm/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: { ...deadlines.test, name: 'labs', include: ['infra/docs/labs.test.mts'] },
      },
    ],
  },
});
