import { defineConfig } from 'vitest/config';
import deadlines from './vitest.shared.mts';

/** Vitest leaves one of them free, which is half of a small machine. Unit tests wait more than they compute. */
const everyCore = { maxWorkers: '100%' };

/** All of vitest's tests, as `make test` runs them; a workspace's own scripts run only those that are beside them. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...deadlines.test,
          name: 'unit',
          include: [
            '{apps/cli,apps/launcher,functions/*,packages/*,infra/*}/src/**/*.test.ts',
            'infra/{docs,engine,lock,stack}/*.test.mts',
            'turbo/generators/*.test.mts',
          ],
          exclude: ['infra/docs/labs.test.mts'],
          // They replace no module, so a process may run one file after the other, which takes half the time.
          isolate: false,
          ...everyCore,
        },
      },
      {
        test: { ...deadlines.test, ...everyCore, name: 'web', include: ['apps/web/src/**/*.test.{ts,tsx}'] },
      },
      {
        test: {
          ...deadlines.test,
          name: 'integration',
          include: ['{apps,packages,infra}/*/integration/**/*.test.{ts,mts}', 'infra/dev/*.test.mts'],
          // They share one stack, so they take turns.
          maxWorkers: 1,
          fileParallelism: false,
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
