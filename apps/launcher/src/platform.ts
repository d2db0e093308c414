import type http from 'node:http';
import type { Address } from '@serverless-vote/database';
import type { EngineToOpen } from '@serverless-vote/engine';
import type { OpenIngress } from './gateway/ingress.ts';
import type { OpenRuntimeEndpoint } from './sandbox/runtime-client.ts';

export const GATEWAY_PORT = 8080;
export const CONTROL_PORT = 9000;

/** The mounts that the launcher opens to others than its sandboxes. */
export interface Listeners {
  public: http.Server;
  private: http.Server;
  /** For web, to invoke what the catalog allows it. */
  web: http.Server;
}

/** What differs between one machine and several: who runs containers, and the ways between them and the launcher. */
export interface Platform {
  engine: EngineToOpen;
  openRuntimeEndpoint: OpenRuntimeEndpoint;
  openIngress: OpenIngress;
  /** Does this request at web's socket come from web? */
  knowsWeb(request: http.IncomingMessage): boolean;
  database: Address;
  /** Those of these images that no container can be started from; none where nobody can tell. @throws when the engine doesn't answer */
  missingImages(images: readonly string[]): Promise<readonly string[]>;
  /** Cores that containers are started on. */
  cores(): Promise<number>;
  /** Removes the ways of a predecessor's containers, once those are gone. Whatever they have left there, this never throws. */
  forgetPredecessor(): void;
  /** Lets callers in. */
  listen(mounts: Listeners): Promise<void>;
}
