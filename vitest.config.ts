import { defineConfig } from 'vitest/config';
import deadlines from './vitest.shared.mts';

/** All of vitest's tests, as `make test` runs them; a workspace's own scripts run only those that are beside them. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...deadlines.test,
          name: 'unit',
          include: [
            '{apps,functions,infra}/*/src/**/*.test.{ts,tsx}',
            'infra/{docs,engine,lock,stack}/*.test.mts',
            'turbo/generators/*.test.mts',
          ],
          exclude: ['infra/docs/labs.test.mts'],
        },
      },
      {
        test: {
          ...deadlines.test,
          name: 'integration',
          include: ['{apps,infra}/*/integration/**/*.test.ts', 'infra/dev/*.test.mts'],
          // They share one stack, so they take turns.
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
