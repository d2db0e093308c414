import { type FunctionEntry, isFromElsewhere } from '@serverless-vote/catalog';
import type { SandboxSpec } from '@serverless-vote/engine';
import type { RuntimeEndpoint } from './runtime-client.ts';

/** How much longer than its deadline a function may take to exit. */
const LEAVE_MS = 5_000;

/** What node itself opens, a connection to Postgres, the next one after a reconnect, and some margin. */
const OPEN_FILES = 48;

/** Where Lambda's own Runtime API is. */
const LAMBDA_PORT = 9001;

/**
 * What the engine starts for a function: limits, mounts and environment. Nothing in it comes from a request. What is the same for all
 * containers (no capabilities, a read-only root) is added by the engine, in docker/container-options.ts or swarm/service-spec.ts.
 */
export function sandboxSpec(
  who: { sandboxId: string; name: string },
  entry: FunctionEntry,
  image: string,
  runtime: RuntimeEndpoint | undefined,
): SandboxSpec {
  const { user, memoryMb, cpus, processes, tmpMb, runtime: isolation, database, serving, deadlineMs } = entry;
  const { environment, ...connected } = connection(who, entry, runtime);
  const inFlight = serving.kind === 'reuse' ? serving.inFlight : 1;
  return {
    ...who,
    kind: 'function',
    ...{ image, user, memoryMb, cpus, processes, tmpMb, runtime: isolation, database },
    ...{ command: entry.command, stdio: entry.protocol === 'stdio' },
    isForeign: entry.protocol !== 'runtime-api' || isFromElsewhere(entry),
    environment: {
      ...environment,
      AWS_LAMBDA_FUNCTION_NAME: who.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      FUNCTION_IN_FLIGHT: String(inFlight),
    },
    secrets: {},
    ...connected,
    // One for each event in flight. Postgres can't limit connections by role before they have authenticated, so they are limited here.
    openFiles: database ? OPEN_FILES + inFlight : undefined,
    graceMs: deadlineMs + LEAVE_MS,
  };
}

/** How it reaches its Runtime API, if it has one: `runtime-api-tcp` does as on Lambda, by way of a relay. */
function connection(
  { sandboxId, name }: { sandboxId: string; name: string },
  { protocol }: FunctionEntry,
  runtime: RuntimeEndpoint = { mounts: [], environment: {} },
): Pick<SandboxSpec, 'environment' | 'mounts' | 'relay'> {
  if (protocol !== 'runtime-api-tcp') return runtime;
  const { AWS_LAMBDA_RUNTIME_API: to = '', SERVERLESS_VOTE_TOKEN: token } = runtime.environment;
  const environment = {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${LAMBDA_PORT}`,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${sandboxId}`,
  };
  return { environment, mounts: [], relay: { from: LAMBDA_PORT, to, mounts: runtime.mounts, token } };
}
