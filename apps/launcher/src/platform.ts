import type http from 'node:http';
import type { Address } from '@serverless-vote/database';
import type { EngineToOpen } from '@serverless-vote/engine';
import type { OpenIngress } from './gateway/ingress.ts';
import type { OpenRuntimeEndpoint } from './sandbox/runtime-client.ts';

export const GATEWAY_PORT = 8080;
export const CONTROL_PORT = 9000;

/** The launcher's listeners, except those for its sandboxes. */
export interface Servers {
  /** The gateway. */
  public: http.Server;
  /** The control API. */
  private: http.Server;
  /** For web, to invoke what the catalog allows. */
  web: http.Server;
}

/** What depends on where containers run: the engine, and how containers and launcher reach each other. */
export interface Platform {
  engine: EngineToOpen;
  openRuntimeEndpoint: OpenRuntimeEndpoint;
  openIngress: OpenIngress;
  /** Does this request at web's listener come from web? */
  knowsWeb(request: http.IncomingMessage): boolean;
  /** Undefined where functions have no database. */
  database: Address | undefined;
  /** Cores that containers are started on. */
  cores(): Promise<number>;
  /** Removes the sockets of a predecessor's containers, once those are gone. Never throws, whatever files they left. */
  forgetPredecessor(): void;
  /** Resolves when all servers listen. @throws {PortTaken} */
  listen(servers: Servers): Promise<void>;
}
