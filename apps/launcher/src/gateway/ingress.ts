import type { Mount, StartedSandbox } from '@serverless-vote/engine';

/** Where the gateway reaches a replica of web. */
export type Target = { socketPath: string } | { host: string; port: number };

/** The ways of one replica: where the gateway reaches it, and where it reaches control. */
export interface Ingress {
  mounts: Mount[];
  environment: Record<string, string>;
  /** Where it listens; `undefined` as long as it doesn't. */
  target(replica: StartedSandbox): Target | undefined;
  /**
   * From now on the replica can't put anything else in its target's place.
   * @throws {LauncherError} when it has done so already
   */
  seal(): void;
  /** Removes what `OpenIngress` made, in the background: whatever the replica has left there, this never throws. */
  close(): void;
}

export type OpenIngress = (replicaId: string) => Ingress;
