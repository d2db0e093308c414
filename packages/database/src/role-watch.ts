import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { OVERDUE_MS } from './overdue-sessions.ts';
import type { Left } from './prepare.ts';

/** After a container that ended normally: a function that was taken over can do that, too. */
const CALM_MS = 5_000;
/** Minimum pause between two checks. */
const PAUSE_MS = 1_000;

interface WatchParts {
  bus: { subscribe(listener: (event: PublishedEvent) => void): () => void };
  /** Does this function? */
  usesDatabase: (name: string) => boolean;
  restore: () => Promise<Left>;
  log: Record<'debug' | 'warn', (details: object, event: string) => void>;
}

/**
 * Restores the roles of functions while containers come and go. A role may change its own settings and password in Postgres, so whatever a
 * compromised container has changed is restored soon after it has gone, and at once if it, or a start, has failed. Busy sessions are
 * checked again when they would be overdue. A check costs one connection and two statements; without containers there are no checks.
 */
export function watchRoles({ bus, usesDatabase, restore, log }: WatchParts): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  let next: { at: number; timer: NodeJS.Timeout } | undefined;

  const look = async () => {
    next = undefined;
    lastAt = performance.now();
    try {
      const { roles, ended, busy } = await restore();
      if (roles.length > 0) log.warn({ roles }, 'roles.restored');
      if (ended > 0) log.warn({ ended }, 'sessions.ended');
      if (busy > 0) lookIn(OVERDUE_MS);
    } catch (error) {
      // For example, the database is away. The end of the next container triggers another check.
      log.debug({ error: String(error) }, 'roles.unseen');
    }
  };
  const lookIn = (ms: number) => {
    const at = Math.max(performance.now() + ms, lastAt + PAUSE_MS);
    if (next && next.at <= at) return;
    clearTimeout(next?.timer);
    next = { at, timer: setTimeout(() => void look(), Math.max(0, at - performance.now())) };
  };
  const leave = bus.subscribe((event) => {
    if (event.type !== 'container.gone' || !usesDatabase(event.name)) return;
    const endedWell = event.exit.kind === 'exited' && event.exit.exitCode === 0;
    lookIn(endedWell ? CALM_MS : 0);
  });
  return () => {
    leave();
    clearTimeout(next?.timer);
  };
}
