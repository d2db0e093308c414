import { sum } from '../../metrics.ts';
import { run } from '../../run.ts';
import type { Fault } from '../fault.ts';
import { DELAY, EVENT, invokeAsync, untilAllAreRun } from './async-events.ts';

const RESTART = 'infra/engine/restart.sh';
const RESTART_MS = 90_000;
/** Events that are due after a restart, which takes about 20 s: the audit has to find each of them. */
const LATER = { events: 5, seconds: 40 };
/** An event that is not due before the stack is idle: only two containers may run while it waits. */
const LEFT = { name: 'fetch-results', delaySeconds: 300 };
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
  async strike(scene) {
    const { stack } = scene;
    const dueAt = Date.now() + 1000 * LATER.seconds;
    const accepted = await invokeAsync(scene, LATER.events, LATER.seconds);
    if (accepted !== LATER.events) throw new Error(`${accepted} of ${LATER.events} delayed events were accepted`);
    const path = `/2015-03-31/functions/${LEFT.name}/invocations`;
    const left = await stack.control.post(path, '{}', { ...EVENT, [DELAY]: `${LEFT.delaySeconds}` });
    if (left.status !== 202) throw new Error(`An event for later was answered with ${left.status}`);
    const database = await stack.permanent('database');
    await run(RESTART, [signal], { env, withinMs: RESTART_MS });
    const afterwards = async () => {
      const done = await stack.counter('async_events_total', { outcome: 'done' });
      if (done > 0 && Date.now() < dueAt) throw new Error(`${done} events ran before they were due`);
      await untilAllAreRun(scene);
      const waiting = sum(await stack.metrics(), 'async_events', { function: LEFT.name, state: 'later' });
      if (waiting === 0) throw new Error('The event that was to wait longer is gone');
    };
    return { at: Date.parse((await database.inspect()).State.FinishedAt), afterwards };
  },
});

export const engineRestarted = engine('engine restart', 'TERM');
export const engineKilled = engine('engine kill -9', 'KILL');
