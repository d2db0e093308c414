import { LauncherError } from './errors.ts';
import { functionError, type Invocation, type Outcome } from './invocation.ts';
import type { SandboxEnd } from './sandbox.ts';

/** What callers are told when no function's own word can be: in Lambda's types and sentences where it has some. */
export function timedOut({ requestId, deadlineMs }: Invocation): Outcome {
  const seconds = (deadlineMs / 1000).toFixed(2);
  return functionError(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
    true,
  );
}

export function diedUnderIt({ requestId, deaths }: Invocation, end: SandboxEnd, memoryMb: number): Outcome {
  const reason = reasonOf(end, memoryMb);
  const type = reason.startsWith('out of memory') ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
  return functionError(
    type,
    `RequestId: ${requestId} Error: its container ended before it answered, ${deaths + 1} times: ${reason}`,
  );
}

export function notRunInTime({ name, deadlineMs }: Invocation, why = 'no container was free'): LauncherError {
  return new LauncherError('ServiceException', `${name} was not run within ${deadlineMs} ms: ${why}. Try again soon.`, {
    retryAfterSeconds: 2,
  });
}

/** Why a container ended, in a few words. */
export function reasonOf(end: SandboxEnd, memoryMb: number): string {
  if (end.kind !== 'ended' || end.exit.kind !== 'exited') return 'it was removed';
  return end.exit.outOfMemory ? `out of memory (${memoryMb} MB)` : `exit status ${end.exit.exitCode}`;
}
