import { run } from '../../run.ts';
import type { Fault } from '../fault.ts';

const RESTART = 'infra/engine/restart.sh';
const RESTART_MS = 90_000;
/** Our own script's screen is not handed down to us, so this one has to find another. */
const env = { SAY_SCREEN: '' };

/** Has infra/engine started the engine? If not, it is the machine's or Docker Desktop's own, and not to be restarted. */
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
