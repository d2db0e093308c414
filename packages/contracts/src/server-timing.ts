import type { Phases } from './lifecycle.ts';

const NAMES = ['queue', 'create', 'start', 'init', 'run'] as const satisfies readonly (keyof Phases)[];

/** More would make the header too long. */
const MOST_CALLS = 20;

/** The phases of an invocation, and the functions that it called in turn, as a Server-Timing header (https://www.w3.org/TR/server-timing/). */
export const serverTimingOf = (phases: Phases, calls: readonly { name: string; ms: number }[] = []): string =>
  [
    ...NAMES.flatMap((name) => {
      const ms = phases[name];
      return ms === undefined ? [] : `${name};dur=${ms.toFixed(2)}`;
    }),
    ...calls.slice(0, MOST_CALLS).map(({ name, ms }) => `call;desc="${name}";dur=${ms.toFixed(2)}`),
  ].join(', ');

/** Reads the phases of an invocation from a Server-Timing header, and ignores all other entries. */
export function phasesIn(serverTiming: string | null | undefined): Phases {
  const phases: Phases = {};
  for (const metric of serverTiming?.split(',') ?? []) {
    const [first, ...parameters] = metric.split(';').map((part) => part.trim());
    const name = NAMES.find((each) => each === first);
    const duration = parameters.find((parameter) => parameter.startsWith('dur='));
    const ms = Number(duration?.slice('dur='.length).replaceAll('"', '') || NaN);
    if (name && ms >= 0) phases[name] = ms;
  }
  return phases;
}
