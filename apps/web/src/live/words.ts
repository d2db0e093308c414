import type { ContainerView, Counters, Memory } from '@serverless-vote/contracts/activity';

/** A container's state, in a word or two. */
export function doing({ name, state, inFlight, served, ending, runMs }: ContainerView): string {
  switch (state) {
    case 'starting':
      return 'starting';
    case 'connecting':
      return name === 'web' ? 'loading' : 'connecting';
    case 'waiting':
      return name === 'web' ? 'ready' : served > 0 ? 'idle' : 'waiting';
    case 'running':
      return inFlight > 1 ? `running ${inFlight}` : 'running';
    case 'leaving':
      return runMs === undefined ? 'leaving' : `ran ${inMs(runMs)}`;
    case 'gone':
      return ending === 'lost' ? 'removed' : ending === 137 ? 'killed' : `exit ${ending}`;
  }
}

/** With one decimal below 10 ms. */
export const inMs = (ms: number): string => `${ms < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;

/** A percentage; 100 only if nothing is missing. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${part === whole ? 100 : Math.min(99.9, Math.round((part / whole) * 1000) / 10)} %`;

export const number = (value: number): string => value.toLocaleString('en');

/** How events ended. */
export function outcomes({ invocations, succeeded, retried }: Counters): string {
  const failed = invocations - succeeded;
  return `${failed === 0 ? 'none failed' : `${number(failed)} failed`}, ${number(retried)} tried again`;
}

/** Bytes in mebibytes, as `docker stats` writes them. */
export const mib = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

/** The memory by container; says if it was not measured while idle, that is, with only the two permanent containers. */
export function memoryDetail({ launcher, database, idle }: Memory): string {
  const whose = `launcher ${Math.round(launcher / 1024 ** 2)}, Postgres ${Math.round(database / 1024 ** 2)}`;
  return idle ? whose : `${whose}; not idle yet`;
}

/** A time in the viewer's time zone. */
export const timeOfDay = (at: number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/** A summary in one sentence, for screen readers. */
export function summary(
  living: { name: string; count: number }[],
  { invocations, succeeded }: Pick<Counters, 'invocations' | 'succeeded'>,
): string {
  const there = living.filter(({ count }) => count > 0).map(({ name, count }) => `${count} of ${name}`);
  const containers = there.length === 0 ? 'No on-demand container runs' : `On-demand containers: ${there.join(', ')}`;
  const failed = invocations - succeeded;
  return `${containers}. ${number(invocations)} invocations so far, ${failed === 0 ? 'all' : number(succeeded)} successful.`;
}
