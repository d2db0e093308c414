import type http from 'node:http';
import { Tokens } from '../http/tokens.ts';
import type { OpenIngress } from './ingress.ts';

const LISTEN_PORT = 3000;

/**
 * Several machines' ingress: the gateway reaches a replica at its address in the overlay network, and a replica reaches control
 * with a token of its own. Where the gateway connects to is what Swarm says of the task, so there is nothing to put in its place.
 */
export function ingressOverTcp(controlAddress: () => string): { openIngress: OpenIngress; knows: Knows } {
  const tokens = new Tokens<true>();
  return {
    knows: (request) => tokens.holderOf(request) === true,
    openIngress: (replicaId) => ({
      mounts: [],
      environment: {
        LISTEN_ADDRESS: String(LISTEN_PORT),
        CONTROL_ADDRESS: controlAddress(),
        CONTROL_TOKEN: tokens.issue(replicaId, true),
      },
      target: ({ address }) => (address === undefined ? undefined : { host: address, port: LISTEN_PORT }),
      seal: () => undefined,
      close: () => tokens.revoke(replicaId),
    }),
  };
}

type Knows = (request: http.IncomingMessage) => boolean;
