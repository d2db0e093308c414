import type { Fault, Scene } from '../fault.ts';
import { holdVotes } from '../hold-votes.ts';
import { killProcess } from '../kill.ts';

/** Kills processes while votes lie in the middle of their statements. */
const killed = (name: string, victims: (scene: Scene) => Promise<string[]>): Fault => ({
  name,
  async strike(scene) {
    const hold = await holdVotes(scene);
    try {
      const found = await victims(scene);
      if (found.length === 0) throw new Error(`There was nobody to kill for "${name}"`);
      const kills = found.map((id) => killProcess(scene.docker.getContainer(id)));
      return { at: Math.max(...(await Promise.all(kills))) };
    } finally {
      await hold.release();
    }
  },
});

const running = (name: string) => async (scene: Scene) => (await scene.stack.containers(name)).map(({ Id }) => Id);

/** Every container of the function that runs: one of them has the events in hand. */
export const sandboxKilled = killed('sandbox killed mid-event', running('record-vote'));
export const databaseKilled = killed('database kill -9, mid-transaction', running('database'));
export const launcherKilled = killed('launcher kill -9', running('launcher'));
export const webKilled = killed('web killed', running('web'));
