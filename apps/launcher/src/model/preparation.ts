/** Work that has to be done before the first event. */
export interface Preparation {
  readonly isDone: boolean;
  readonly done: Promise<Prepared>;
}

export interface Prepared {
  /** A predecessor left asynchronous events to be run. */
  asyncEventsAreLeft: boolean;
}

/** Since when votes are kept; unknown until the database has said so. What a browser remembers from before is void. */
export interface Votes {
  since: Date | undefined;
}
