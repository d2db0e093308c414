/** How a container ended. `lost`: the engine can't tell any more (removed by hand, or the engine was restarted). */
export type Exit = { kind: 'exited'; exitCode: number; outOfMemory: boolean } | { kind: 'lost' };

export type StartKind = 'cold' | 'prewarmed' | 'warm';

/** What an answer cost, in milliseconds; a phase that wasn't paid for is absent. */
export interface Phases {
  queue?: number;
  create?: number;
  start?: number;
  init?: number;
  run?: number;
}

export type InvocationOutcome = 'success' | 'function-error' | 'timeout' | 'throttled' | 'unavailable' | 'abandoned';

/** By what an invocation is known in every line about it. */
export interface InvocationIdentity {
  requestId: string;
  traceId: string;
  name: string;
}

/** Every change in the life of a container or an invocation. Nothing of a payload is in it. */
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
  | ({ type: 'invocation.accepted'; waiting: number } & InvocationIdentity)
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
      /** Why the next one may fail, too: the function's error type, or what kept it from running, unless that was the database. */
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
