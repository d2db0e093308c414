import { run } from '../../run.ts';
import type { Fault } from '../fault.ts';

const RESTART = 'infra/engine/restart.sh';
const RESTART_MS = 90_000;
/** The terminal's file descriptor isn't inherited, so the script has to open another one. */
const env = { SAY_SCREEN: '' };

/** Did infra/engine start the engine? If not, it belongs to the machine or Docker Desktop, and must not be restarted. */
export const isEngineOurs = (): Promise<boolean> =>
  run(RESTART, ['--check'], { env }).then(
    () => true,
    () => false,
  );

const engine = (name: string, signal: 'TERM' | 'KILL'): Fault => ({
  name,
  async strike({ stack }) {
    const database = await stack.permanent('database');
    await run(RESTART, [signal], { env, withinMs: RESTART_MS });
    return { at: Date.parse((await database.inspect()).State.FinishedAt) };
  },
});

export const engineRestarted = engine('engine restart', 'TERM');
export const engineKilled = engine('engine kill -9', 'KILL');
