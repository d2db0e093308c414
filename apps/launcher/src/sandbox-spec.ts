import type { FunctionEntry } from './catalog.ts';
import type { Door, SandboxSpec } from './engine.ts';

/** What the engine is to start for a function: its limits, its doors, and what it is told. Nothing of it comes from a request. */
export function sandboxSpec(
  who: { sandboxId: string; name: string },
  { user, memoryMb, cpus, processes, tmpMb, database, serving }: FunctionEntry,
  image: string,
  runtime: { door: Door; address: string },
): SandboxSpec {
  const postgres: Door = { volume: 'postgres', target: '/var/run/postgresql', readOnly: true };
  return {
    ...who,
    ...{ image, user, memoryMb, cpus, processes, tmpMb },
    environment: {
      AWS_LAMBDA_RUNTIME_API: runtime.address,
      AWS_LAMBDA_FUNCTION_NAME: who.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      FUNCTION_IN_FLIGHT: String(serving.kind === 'drain' ? serving.inFlight : 1),
    },
    doors: database ? [runtime.door, postgres] : [runtime.door],
    network: database ? 'database' : 'none',
  };
}
