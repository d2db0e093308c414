/** What a script can tell from the exit status. */
export const EXIT = {
  done: 0,
  /** The function was run, and reported an error. */
  functionError: 1,
  /** The command line is wrong; nothing was sent. */
  usage: 2,
  /** Control refused: no such function, event too large, too many events. */
  refused: 3,
  /** Control can't be reached, or it could not run the function in time. Try again. */
  unavailable: 4,
} as const;

/** The command line is wrong; the message says what and how it is right. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly exitCode = EXIT.usage;
}

/** Control has answered with an error. */
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

/** Nobody answers at control's address. */
export class Unreachable extends Error {
  override name = 'Unreachable';
  readonly exitCode = EXIT.unavailable;
}
