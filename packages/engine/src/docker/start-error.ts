import { messageOf, statusOf } from '../docker-errors.ts';
import { bringing, EngineError, type SandboxSpec } from '../engine.ts';

/** Turns the Docker Engine's refusal to start a container into an error in the launcher's terms. */
export function startError(error: unknown, spec: SandboxSpec): EngineError {
  const status = statusOf(error);
  const message = messageOf(error);
  if (status === 404 && /no such image/i.test(message)) {
    const what = `The image ${spec.image} isn't on this machine; ${bringing(spec.image)}.`;
    return new EngineError('misconfigured', what, { cause: error });
  }
  if (status === 400 && spec.runtime !== undefined && /runtime/i.test(message)) {
    const fix = '`docker info` lists those that it has; the catalog names one.';
    const what = `The engine has no runtime "${spec.runtime}" for ${spec.name}: ${fix}`;
    return new EngineError('misconfigured', what, { cause: error });
  }
  if (/\bexec: "|executable file|no command specified/i.test(message)) {
    const program = spec.command ? `the catalog's command ${JSON.stringify(spec.command)}` : 'its own command';
    const fix = `Correct "command" of ${spec.name} in the catalog, or the image.`;
    const what = `The image ${spec.image} can't run ${program}: ${message.replace(/^.*(?=\bexec: ")/s, '').trim()}. ${fix}`;
    return new EngineError('misconfigured', what, { cause: error });
  }
  const what = `The Docker Engine did not start a container: ${message}`;
  return new EngineError('unavailable', what, { retryAfterSeconds: 2, cause: error });
}
