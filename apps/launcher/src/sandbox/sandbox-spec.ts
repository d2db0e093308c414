import type { FunctionEntry } from '@serverless-vote/catalog';
import type { SandboxSpec } from '@serverless-vote/engine';
import type { RuntimeEndpoint } from './runtime-client.ts';

/** How much longer than its deadline a function may take to leave. */
const LEAVE_MS = 5_000;

/** What node itself has open, a connection to Postgres, its successor, and some margin. */
const OPEN_FILES = 64;

/** What the engine is to start for a function: its limits, its mounts, and what it is told. Nothing of it comes from a request. */
export function sandboxSpec(
  who: { sandboxId: string; name: string },
  { user, memoryMb, cpus, processes, tmpMb, runtime: isolation, database, serving, deadlineMs }: FunctionEntry,
  image: string,
  runtime: RuntimeEndpoint,
): SandboxSpec {
  const inFlight = serving.kind === 'reuse' ? serving.inFlight : 1;
  return {
    ...who,
    kind: 'function',
    ...{ image, user, memoryMb, cpus, processes, tmpMb, runtime: isolation, database },
    environment: {
      ...runtime.environment,
      AWS_LAMBDA_FUNCTION_NAME: who.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      FUNCTION_IN_FLIGHT: String(inFlight),
    },
    secrets: {},
    mounts: runtime.mounts,
    // One for each event in flight. Postgres can't count connections by role before it knows who calls, so they are limited here.
    openFiles: database ? OPEN_FILES + inFlight : undefined,
    network: database ? 'database' : 'none',
    graceMs: deadlineMs + LEAVE_MS,
  };
}
