import type { Readable } from 'node:stream';
import type { PermanentMemory } from '@serverless-vote/contracts/activity';
import type { Exit } from '@serverless-vote/contracts/lifecycle';

export type { Exit };

/** A folder that a sandbox shares on its machine: one of the launcher's named volumes, or a folder in it. */
export interface Mount {
  volume: 'runtime' | 'control' | 'ingress' | 'postgres';
  folder?: string;
  target: string;
  readOnly: boolean;
}

export interface SandboxSpec {
  sandboxId: string;
  kind: 'function' | 'web';
  /** The catalog entry's name. */
  name: string;
  image: string;
  user: number;
  memoryMb: number;
  cpus: number;
  processes: number;
  tmpMb: number;
  /** Files, sockets among them, that one process may have open; undefined: as many as the engine allows. */
  openFiles?: number | undefined;
  runtime: string | undefined;
  environment: Record<string, string>;
  /** Secret values: in the environment on one machine; on several, a file each, whose path is in `<name>_FILE`. */
  secrets: Record<string, string>;
  /** How it is reached on one machine; on several there are networks, which depend on `kind`. */
  mounts: Mount[];
  /** May it talk to the database? */
  database: boolean;
  /** On one machine: whose network namespace it borrows, the database's empty one, or an empty one of its own. */
  network: 'database' | 'none';
  /** How long it may take to finish its work when the engine wants it gone. */
  graceMs: number;
}

export interface StartedSandbox {
  /** 12 hex digits. */
  containerId: string;
  createMs: number;
  startMs: number;
  /** The sandbox's stdout and stderr together; ends with it. */
  output: Readable;
  /** Settles once, whoever ended it; never rejects. */
  exited: Promise<Exit>;
  /** Settles if the engine wants it gone (scaled down, a new image, its node drained): it should get nothing new, and leave. */
  withdrawn?: Promise<void>;
  /** Where it is reached over the network, if it is. */
  address?: string;
}

/**
 * What the launcher needs from whatever runs containers. An engine knows nothing of invocations, deadlines or retries.
 * Every call has a deadline of its own. A start that fails may leave a container behind; the caller removes it by its ID.
 */
export interface Engine {
  /** Starts a sandbox. @throws {DatabaseAway} when the namespace to borrow is gone; EngineError for all else */
  start(spec: SandboxSpec): Promise<StartedSandbox>;
  /** Asks a sandbox to end (SIGTERM); resolves when it has, by force after `graceMs`. */
  stop(sandboxId: string, graceMs: number): Promise<void>;
  /** Ends and removes a sandbox, in whatever state; one that is gone already is no error. */
  remove(sandboxId: string): Promise<void>;
  /** IDs of all sandboxes of this stack, in whatever state. */
  list(): Promise<string[]>;
}

/** A whole engine, as a platform makes one: it has to find out where it is before it can be used. */
export interface EngineToOpen extends Engine {
  /** Finds out where it is, and follows what happens until `close`. */
  open(): Promise<void>;
  /** Removes what it had for its sandboxes. */
  close(): Promise<void>;
  /** Those of these images that nothing can be started from. Absent where the engine can't tell. @throws when it doesn't answer */
  missingImages?(images: readonly string[]): Promise<string[]>;
  /** Memory of the permanent containers, as `docker stats` counts it. Absent where the engine can't tell. Costs a moment of CPU, so don't ask often. */
  permanentMemory?(): Promise<PermanentMemory>;
}

/** The database's container isn't running, so nothing can borrow its network namespace just now. */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway';
}

/**
 * Why an engine did not do what it was asked. `unavailable`: not now, so it makes sense to try again; `misconfigured`: somebody has to
 * fix something first (a missing image, say), and trying again doesn't help.
 */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly kind: 'unavailable' | 'misconfigured';
  /** When trying again makes sense, in whole seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: EngineError['kind'],
    message: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
