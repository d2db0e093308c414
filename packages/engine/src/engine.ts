import type { Readable } from 'node:stream';
import type { Exit } from '@serverless-vote/contracts/lifecycle';

export type { Exit };

/** A way between a sandbox and its outside on one machine: a named volume of the launcher's, or one folder of it. */
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
  /** What nobody else may read: on several machines a file each, whose path is in `<name>_FILE`; on one, in the environment. */
  secrets: Record<string, string>;
  /** Ways in and out on one machine; on several there are networks, which depend on `kind`. */
  mounts: Mount[];
  /** May it talk to the database? */
  database: boolean;
  /** On one machine: whose network namespace it borrows, the database's empty one, or an empty one of its own. */
  network: 'database' | 'none';
  /** How long it may take to finish what it has when the engine wants it gone. */
  graceMs: number;
}

export interface StartedSandbox {
  containerId: string;
  createMs: number;
  startMs: number;
  /** What the sandbox writes, stdout and stderr together; ends with it. */
  output: Readable;
  /** Settles once, whoever ended it; never rejects. */
  exited: Promise<Exit>;
  /** Settles if the engine wants it gone (scaled down, a new image, its node drained): it should get nothing new, and leave. */
  withdrawn?: Promise<void>;
  /** Where it can be reached over the network, if it can. */
  address?: string;
}

/** What the two permanent containers hold in memory, in bytes, as `docker stats` counts it. */
export interface PermanentMemory {
  launcher: number;
  database: number;
}

/**
 * What the launcher needs of whoever runs containers. An engine knows nothing of invocations, deadlines or retries.
 * Every call has a deadline of its own. A start that fails may leave a container behind; whoever asked for it removes it, by its id.
 */
export interface Engine {
  /** Starts a sandbox. @throws {DatabaseAway} when the namespace to borrow is gone; EngineError for all else */
  start(spec: SandboxSpec): Promise<StartedSandbox>;
  /** Asks a sandbox to end (SIGTERM); resolves when it has, by force after `graceMs`. */
  stop(sandboxId: string, graceMs: number): Promise<void>;
  /** Ends and removes a sandbox, in whatever state; one that is gone already is no error. */
  remove(sandboxId: string): Promise<void>;
  /** Ids of all sandboxes of this stack, in whatever state. */
  list(): Promise<string[]>;
  /** Looks at the permanent containers; undefined where the engine can't tell. Costs a moment of CPU, so ask calmly. */
  permanentMemory(): Promise<PermanentMemory | undefined>;
}

/** An engine that has to find out where it is first. */
export interface EngineToOpen extends Engine {
  /** Finds out where it is, and follows what happens until `close`. */
  open(): Promise<void>;
  /** Removes what it had for its sandboxes. */
  close(): Promise<void>;
}

/** The database's container isn't running, so nothing can borrow its network namespace just now. */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway';
}
