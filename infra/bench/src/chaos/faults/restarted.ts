import type { Fault } from '../fault.ts';

type Permanent = 'launcher' | 'database';

const GRACE_SECONDS = 30;

const restarted = (name: Permanent): Fault => ({
  name: `${name} restart`,
  async strike({ stack }) {
    const container = await stack.permanent(name);
    await container.restart({ t: GRACE_SECONDS });
    return { at: Date.parse((await container.inspect()).State.FinishedAt) };
  },
});

export const databaseRestarted = restarted('database');
export const launcherRestarted = restarted('launcher');

/** An operator's `docker kill`, after which no restart policy applies, and `docker start`. */
export const bothKilledAndStarted: Fault = {
  name: 'docker kill of both, then start',
  async strike({ stack }) {
    const both = await Promise.all((['database', 'launcher'] as const).map((name) => stack.permanent(name)));
    for (const container of both) await container.kill();
    const at = Date.now();
    for (const container of both) await container.start();
    return { at };
  },
};
