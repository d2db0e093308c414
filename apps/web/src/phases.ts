import type { Phases } from './receipt.ts';

const names = {
  queue: 'queueMs',
  create: 'createMs',
  start: 'startMs',
  init: 'initMs',
  run: 'runMs',
} as const;

/** Reads the phases of an invocation from a Server-Timing header, whatever else may stand there. */
export function phasesFrom(serverTiming: string | undefined): Phases {
  const phases: Phases = {};
  for (const metric of serverTiming?.split(',') ?? []) {
    const [name, ...parameters] = metric.split(';').map((part) => part.trim());
    const duration = parameters.find((parameter) => parameter.startsWith('dur='));
    const ms = Number(duration?.slice('dur='.length).replaceAll('"', '') || NaN);
    if (name && Object.hasOwn(names, name) && ms >= 0) phases[names[name as keyof typeof names]] = ms;
  }
  return phases;
}
