import { until } from '../../until.ts';
import type { Fault, Scene } from '../fault.ts';
import { holdVotes } from '../hold-votes.ts';
import { killProcess } from '../kill.ts';

/** A container may exit by itself before it is killed; then its successor is killed instead. */
const VICTIMS_MS = 30_000;

/** Kills processes while votes are in the middle of their statements. */
const killed = (name: string, victims: (scene: Scene) => Promise<string[]>): Fault => ({
  name,
  async strike(scene) {
    const hold = await holdVotes(scene);
    try {
      let killedAt: number[] = [];
      const haveKilled = async () => {
        const kills = (await victims(scene)).map((id) => killProcess(scene.docker.getContainer(id)));
        killedAt = (await Promise.all(kills)).flatMap((at) => at ?? []);
        return killedAt.length > 0;
      };
      await until(`somebody to kill for "${name}"`, haveKilled, { withinMs: VICTIMS_MS, signal: scene.signal });
      return { at: Math.max(...killedAt) };
    } finally {
      await hold.release();
    }
  },
});

const running = (name: string) => async (scene: Scene) => (await scene.stack.containers(name)).map(({ Id }) => Id);

/** All running containers of the function, including those with the held votes in flight. */
export const sandboxKilled = killed('sandbox killed mid-event', running('record-vote'));
export const databaseKilled = killed('database kill -9, mid-transaction', running('database'));
export const launcherKilled = killed('launcher kill -9', running('launcher'));
export const webKilled = killed('web killed', running('web'));
