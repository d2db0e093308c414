import { type LauncherError, unavailable } from '../model/errors.ts';
import { functionError, type Invocation, type Outcome } from '../model/invocation.ts';
import { reasonOf, type SandboxEnd } from '../sandbox/sandbox-end.ts';

/** An event whose container ended under it is tried again this often. */
export const RETRIES = 2;
const KILLED = 137;

/** What the policy looks at of an event. */
type Event = Pick<Invocation, 'requestId' | 'name' | 'deadlineMs' | 'deaths' | 'remainingMs' | 'blame'>;

/** A container that ended with events in hand. */
export interface Loss {
  containerId: string;
  end: SandboxEnd;
  memoryMb: number;
  /** Events that it had answered, and that it had in hand. */
  served: number;
  unanswered: number;
}

/** `retry` carries why, and what the caller is told if there is no time for it; `answer` and `fail` end the invocation. */
export type Verdict =
  | { kind: 'retry'; reason: string; blame: Invocation['blame'] }
  | { kind: 'answer'; outcome: Outcome; containerId: string }
  | { kind: 'fail'; error: LauncherError };

/**
 * An event's container ended before it answered: the event is tried again, alone, as long as its deadline and its retries allow.
 * @param platformsFault why functions can't answer just now though nothing is wrong with them, if that is so
 */
export function afterLoss(event: Event, loss: Loss, platformsFault: string | undefined): Verdict {
  const { containerId } = loss;
  if (event.remainingMs === 0) return timedOut(event, containerId, platformsFault);
  const reason = reasonOf(loss.end, loss.memoryMb);
  const type = reason.startsWith('out of memory') ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
  const what = `its container ended before it answered, ${event.deaths + 1} times: ${reason}`;
  const outcome = functionError(type, `RequestId: ${event.requestId} Error: ${what}`);
  if (event.deaths >= RETRIES) return { kind: 'answer', outcome, containerId };
  return { kind: 'retry', reason, blame: isItsOwnDoing(event, loss) ? { outcome, containerId } : undefined };
}

/**
 * Did the container end by what the function did for this event? Not if somebody killed or removed it, or the engine went away;
 * and nobody knows if the container has had another event, too.
 */
function isItsOwnDoing({ deaths }: Event, { end, served, unanswered }: Loss): boolean {
  const wasAlone = unanswered === 1 && (deaths > 0 || served === 0);
  return (
    wasAlone &&
    end.kind === 'ended' &&
    end.exit.kind === 'exited' &&
    (end.exit.outOfMemory || end.exit.exitCode !== KILLED)
  );
}

/** The deadline passed while a container had the event, and that container is gone, or the engine could not remove it. */
export function timedOut(event: Event, containerId: string, platformsFault: string | undefined): Verdict {
  if (platformsFault !== undefined) return notRunInTime(event, platformsFault);
  const seconds = (event.deadlineMs / 1000).toFixed(2);
  const message = `RequestId: ${event.requestId} Error: Task timed out after ${seconds} seconds`;
  return { kind: 'answer', outcome: functionError('Sandbox.Timedout', message, true), containerId };
}

/**
 * The deadline passed while the event waited.
 * @param silent a container that has run for long without asking for an event, which is the function's fault
 * @param trouble why containers can't be started just now, if that is so
 */
export function waitedInVain(event: Event, silent: string | undefined, trouble: string | undefined): Verdict {
  if (silent !== undefined) {
    const what = `its container did not ask for an event within ${event.deadlineMs} ms`;
    const outcome = functionError('Runtime.InitTimeout', `RequestId: ${event.requestId} Error: ${what}`, true);
    return { kind: 'answer', outcome, containerId: silent };
  }
  return event.blame ? { kind: 'answer', ...event.blame } : notRunInTime(event, trouble);
}

function notRunInTime({ name, deadlineMs, deaths }: Event, trouble: string | undefined): Verdict {
  const [what, usually] =
    deaths > 0
      ? ['not finished', 'its container ended under it, and none was free to run it again']
      : ['not run', 'no container was free'];
  const message = `${name} was ${what} within ${deadlineMs} ms: ${trouble ?? usually}. Try again soon.`;
  return { kind: 'fail', error: unavailable(message, 2) };
}
