/** The exit statuses, for scripts. */
export const EXIT = {
  done: 0,
  /** The function ran and reported an error. */
  functionError: 1,
  /** The command line is wrong; nothing was sent. */
  usage: 2,
  /** The control API refused: no such function, event too large, too many events. */
  refused: 3,
  /** The control API can't be reached, or could not run the function in time. Retry later. */
  unavailable: 4,
} as const;

/** The command line is wrong; the message says how to fix it. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly exitCode = EXIT.usage;
}

/** The control API answered with an error. */
export class ControlError extends Error {
  override name = 'ControlError';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }

  get exitCode(): number {
    return this.status >= 500 ? EXIT.unavailable : EXIT.refused;
  }
}

/** The control API doesn't answer. */
export class Unreachable extends Error {
  override name = 'Unreachable';
  readonly exitCode = EXIT.unavailable;
}
