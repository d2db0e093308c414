import { inspect } from 'node:util';

/**
 * The caller asked for something that can't be done; the function itself is well. Its name travels as the
 * `errorType`, which callers compare with, so every subclass sets it by hand: bundlers rename classes.
 */
export class CallerError extends Error {
  override name = 'CallerError';
}

/** The event has the wrong shape. */
export class InvalidEvent extends CallerError {
  override name = 'InvalidEvent';
}

/** What the Runtime API wants to hear about an error. */
export interface ErrorReport {
  errorType: string;
  errorMessage: string;
  stackTrace: string[];
}

/** Describes whatever was thrown, in the words of the Runtime API. Anything can be thrown, and nothing of it may be a text. */
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
