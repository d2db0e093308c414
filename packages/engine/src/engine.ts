import type { Readable } from 'node:stream';
import type { PermanentMemory } from '@serverless-vote/contracts/activity';
import type { Exit } from '@serverless-vote/contracts/lifecycle';

export type { Exit };

/** A folder that a sandbox mounts: one of the launcher's named volumes, or a folder in it. */
export interface Mount {
  volume: 'runtime' | 'control' | 'ingress' | 'postgres';
  folder?: string;
  target: string;
  readOnly: boolean;
}

/**
 * Connects a program that speaks TCP with one Unix socket, and with nothing else: a second container, in the same network namespace, which
 * passes each connection on. A number is a port on the namespace's loopback address, a string a socket's path in the relay.
 */
export interface Relay {
  /** Where it listens. A port: before the sandbox starts. A socket: as soon as `to` accepts connections. */
  from: number | string;
  to: number | string;
  /** Folders with the socket; the sandbox doesn't see them. */
  mounts: Mount[];
  /** On a Swarm: what says whose requests they are that came to its port. */
  token?: string | undefined;
}

/** What brings an image that isn't on this machine: a build, or a pull where it has a registry's name in front or comes from elsewhere. */
export function bringing(image: string): string {
  if (!image.startsWith('serverless-vote/')) return `\`docker pull ${image}\` brings it`;
  return `\`${image.endsWith(':sample') ? 'infra/images/samples.sh' : 'make run'}\` builds it`;
}

export interface SandboxSpec {
  sandboxId: string;
  kind: 'function' | 'web';
  /** The catalog entry's name. */
  name: string;
  image: string;
  /** Comes the image from elsewhere, so that nobody here knows what it declares? */
  isForeign: boolean;
  /** Instead of the image's own command. */
  command?: string[] | undefined;
  /** Keeps its standard input open for an event, and its standard output apart from its standard error. */
  stdio?: boolean;
  user: number;
  memoryMb: number;
  cpus: number;
  processes: number;
  tmpMb: number;
  /** Folders besides `/tmp` that are writable: in memory, and of `tmpMb` each. */
  writable?: readonly string[] | undefined;
  /** Files and sockets that one process may have open; undefined: the engine's default. */
  openFiles?: number | undefined;
  runtime: string | undefined;
  environment: Record<string, string>;
  /** Secret values: environment variables on one machine; on a Swarm, a file each, whose path is in `<name>_FILE`. */
  secrets: Record<string, string>;
  /** How it communicates on one machine; on a Swarm it does so over networks, which depend on `kind`. */
  mounts: Mount[];
  /** May it talk to the database? */
  database: boolean;
  /**
   * On one machine a sandbox has an empty network namespace of its own, which it shares with its relay, if it has one. On a Swarm a program
   * with a relay has an overlay network of its own, with the launcher in it: a port on which it listens is reached there, and the task agent
   * passes on what comes to a port to which it connects.
   */
  relay?: Relay | undefined;
  /** How long it may take to finish its work when the engine stops it. */
  graceMs: number;
}

export interface StartedSandbox {
  /** 12 hex digits. */
  containerId: string;
  createMs: number;
  startMs: number;
  /** The sandbox's stdout and stderr, combined; ends with it. With `stdio`: only its stderr. */
  output: Readable;
  /** Only with `stdio`. An exit is reported when both outputs have ended; if one doesn't end, the sandbox is `lost`. */
  stdio?: { input: NodeJS.WritableStream; result: Readable };
  /** Resolves once, whatever ended it; never rejects. */
  exited: Promise<Exit>;
  /** Resolves if the engine wants to stop it (scaled down, a new image, its node drained): it should drain. */
  withdrawn?: Promise<void>;
  /** Its address in the network, if it has one. */
  address?: string;
}

/**
 * What the launcher needs from a container engine. An engine knows nothing of invocations, deadlines or retries.
 * Every call has its own deadline. A start that fails may leave a container behind, which the caller removes by its ID.
 */
export interface Engine {
  /** Starts a sandbox. @throws {EngineError} */
  start(spec: SandboxSpec): Promise<StartedSandbox>;
  /** Stops a sandbox: SIGTERM, then SIGKILL after `graceMs`; resolves when it has ended. */
  stop(sandboxId: string, graceMs: number): Promise<void>;
  /** Ends and removes a sandbox in any state; succeeds if it is gone already. */
  remove(sandboxId: string): Promise<void>;
  /** IDs of all sandboxes of this stack, in any state. */
  list(): Promise<string[]>;
}

/** An engine as a platform creates it: it has to be opened before it can be used. */
export interface EngineToOpen extends Engine {
  /** Connects, and follows the engine's events until `close`. */
  open(): Promise<void>;
  /** Removes the resources that it created for its sandboxes. */
  close(): Promise<void>;
  /** Which of these images are missing. Absent if the engine can't tell. @throws when it doesn't answer */
  missingImages?(images: readonly string[]): Promise<string[]>;
  /** Memory of the permanent containers, as `docker stats` counts it. Absent if the engine can't tell. Uses some CPU, so call it rarely. */
  permanentMemory?(): Promise<PermanentMemory>;
}

/**
 * Why an engine's call failed. `unavailable`: temporary, so a retry may help; `misconfigured`: the operator has to fix something first
 * (a missing image, for example), and a retry doesn't help.
 */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly kind: 'unavailable' | 'misconfigured';
  /** When to retry, in whole seconds. */
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
