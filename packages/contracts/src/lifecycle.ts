/** How a container ended. `lost`: the engine no longer knows (removed by hand, or the engine was restarted). */
export type Exit = { kind: 'exited'; exitCode: number; outOfMemory: boolean } | { kind: 'lost' };

export type StartKind = 'cold' | 'prewarmed' | 'warm';

/** How long each phase of an invocation took, in milliseconds; a phase that it didn't wait for is absent. */
export interface Phases {
  queue?: number;
  create?: number;
  start?: number;
  init?: number;
  run?: number;
}

export type InvocationOutcome = 'success' | 'function-error' | 'timeout' | 'throttled' | 'unavailable' | 'abandoned';

/** What identifies an invocation in every log line about it. */
export interface InvocationIdentity {
  requestId: string;
  traceId: string;
  name: string;
}

/** Every change in the life cycle of a container or an invocation. Contains no part of a payload. */
export type LifecycleEvent =
  | { type: 'container.starting'; sandboxId: string; name: string }
  | {
      type: 'container.started';
      sandboxId: string;
      name: string;
      containerId: string;
      createMs: number;
      startMs: number;
    }
  | { type: 'container.ready'; sandboxId: string; name: string; containerId: string; initMs: number }
  | { type: 'container.leaving'; sandboxId: string; name: string; containerId: string; served: number }
  | {
      type: 'container.gone';
      sandboxId: string;
      name: string;
      containerId: string | undefined;
      exit: Exit;
      lifetimeMs: number;
      served: number;
    }
  | { type: 'container.failed'; sandboxId: string; name: string; reason: string }
  /** From now on containers of this function stay for further events, or no longer do. */
  | { type: 'reuse.began' | 'reuse.ended'; name: string }
  /** `caller`: the function that waits for it. */
  | ({ type: 'invocation.accepted'; waiting: number; caller?: string | undefined } & InvocationIdentity)
  | ({ type: 'invocation.running'; containerId: string; startKind: StartKind } & InvocationIdentity)
  | ({
      type: 'invocation.retried';
      containerId: string;
      attempt: number;
      reason: string;
    } & InvocationIdentity)
  | ({
      type: 'invocation.finished';
      containerId: string | undefined;
      outcome: InvocationOutcome;
      /** Why the next one may fail, too: the function's error type, or what kept it from running, except the database. */
      failure?: string | undefined;
      startKind: StartKind | undefined;
      phases: Phases;
      totalMs: number;
    } & InvocationIdentity)
  | ({ type: 'async.accepted' } & InvocationIdentity)
  | ({ type: 'async.done'; attempt: number } & InvocationIdentity)
  | ({ type: 'async.failed' | 'async.dead'; attempt: number; reason: string } & InvocationIdentity)
  | {
      type: 'output';
      name: string;
      containerId: string;
      requestId: string | undefined;
      traceId: string | undefined;
      text: string;
    };

export type PublishedEvent = LifecycleEvent & { at: string };
