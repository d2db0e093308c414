import { type LauncherError, unavailable } from '../model/errors.ts';
import { functionError, type Invocation, type Outcome } from '../model/invocation.ts';
import { reasonOf, type SandboxEnd } from '../sandbox/sandbox-end.ts';

/** How often an event is retried when its container exits before answering. */
export const RETRIES = 2;
const KILLED = 137;

/** The part of an event that the policy looks at. */
type Event = Pick<Invocation, 'requestId' | 'name' | 'deadlineMs' | 'deaths' | 'remainingMs' | 'blame'>;

/** A container that ended with events in flight. */
export interface Loss {
  containerId: string;
  end: SandboxEnd;
  memoryMb: number;
  /** How many events it had answered, and how many were in flight. */
  served: number;
  unanswered: number;
}

/** `retry` carries the reason, and the error for the caller if no time is left; `answer` and `fail` end the invocation. */
export type Verdict =
  | { kind: 'retry'; reason: string; blame: Invocation['blame'] }
  | { kind: 'answer'; outcome: Outcome; containerId: string }
  | { kind: 'fail'; error: LauncherError };

/**
 * An event's container ended before it answered: the event is tried again, alone, as long as its deadline and its retries allow.
 * @param platformsFault why no function can answer at the moment, if the platform is at fault
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
 * Did the container end because of what the function did for this event? Not if it was killed or removed from outside, or if the engine
 * went away. If the container had other events, too, it can't be known.
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
 * @param silent a container that has run for a long time without asking for an event, which is the function's fault
 * @param trouble why containers can't be started at the moment, if they can't
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
  const message = `${name} was ${what} within ${deadlineMs} ms: ${(trouble ?? usually).replace(/\.$/, '')}. Try again soon.`;
  return { kind: 'fail', error: unavailable(message, 2) };
}
