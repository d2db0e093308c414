import { LauncherError } from '../model/errors.ts';
import { functionError, type Invocation, type Outcome } from '../model/invocation.ts';
import { reasonOf, type SandboxEnd } from '../sandbox/sandbox-end.ts';

/** What callers are told when no function's own word can be: in Lambda's types and sentences where it has some. */
export function timedOut(invocation: Invocation, platformsFault: string | undefined): Outcome | LauncherError {
  if (platformsFault !== undefined) return notRunInTime(invocation, platformsFault);
  const { requestId, deadlineMs } = invocation;
  const seconds = (deadlineMs / 1000).toFixed(2);
  return functionError(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
    true,
  );
}

export function neverAsked({ requestId, deadlineMs }: Invocation): Outcome {
  const message = `RequestId: ${requestId} Error: its container did not ask for an event within ${deadlineMs} ms`;
  return functionError('Runtime.InitTimeout', message, true);
}

export function diedUnderIt({ requestId, deaths }: Invocation, end: SandboxEnd, memoryMb: number): Outcome {
  const reason = reasonOf(end, memoryMb);
  const type = reason.startsWith('out of memory') ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
  return functionError(
    type,
    `RequestId: ${requestId} Error: its container ended before it answered, ${deaths + 1} times: ${reason}`,
  );
}

/**
 * Did the container end by what the function did for this event? Not if somebody killed or removed it, or the engine went away;
 * and nobody knows if it had another event, too.
 */
export function isItsOwnDoing(end: SandboxEnd, wasAlone: boolean): boolean {
  return (
    wasAlone &&
    end.kind === 'ended' &&
    end.exit.kind === 'exited' &&
    (end.exit.outOfMemory || end.exit.exitCode !== KILLED)
  );
}
const KILLED = 137;

export function notRunInTime({ name, deadlineMs, deaths }: Invocation, trouble?: string): LauncherError {
  const [what, usually] =
    deaths > 0
      ? ['not finished', 'its container ended under it, and none was free to run it again']
      : ['not run', 'no container was free'];
  const message = `${name} was ${what} within ${deadlineMs} ms: ${trouble ?? usually}. Try again soon.`;
  return new LauncherError('ServiceException', message, { retryAfterSeconds: 2 });
}
