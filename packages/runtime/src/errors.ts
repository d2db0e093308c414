import { inspect } from 'node:util';

/**
 * The caller's fault: the request can't be fulfilled, but the function is healthy. Its name becomes the `errorType`, which callers
 * compare, so every subclass sets it explicitly: bundlers rename classes.
 */
export class CallerError extends Error {
  override name = 'CallerError';
}

/** The event has the wrong shape. */
export class InvalidEvent extends CallerError {
  override name = 'InvalidEvent';
}

/** An error in the format of the Runtime API. */
export interface ErrorReport {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}

/** Describes a thrown value in the format of the Runtime API. Anything can be thrown, so no property is assumed to be text. */
export function reportOf(thrown: unknown): ErrorReport {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(text(thrown));
  const frames = text(stack)
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return {
    errorType: text(name),
    errorMessage: text(message),
    stackTrace: frames.map((line) => line.trim()),
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : inspect(value)).toWellFormed();
