import type http from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Peers } from './peers.ts';

/** The shortest interval between two log lines about refusals, which may come in floods. */
const LINE_EVERY_MS = 10_000;

/** Closes connections from other machines before reading a byte. */
export function refusePeers(server: http.Server, peers: Peers, log: Logger): void {
  let nextLineAt = 0;
  server.prependListener('connection', (socket: Socket) => {
    const { remoteAddress: peer, localPort: port } = socket;
    if (peers.of(peer) !== 'stranger') return;
    socket.destroy();
    if (peer === undefined || performance.now() < nextLineAt) return;
    nextLineAt = performance.now() + LINE_EVERY_MS;
    log.warn({ peer, port, fix: `LOCAL_PEERS=${peer}, if that is this machine itself` }, 'peer.refused');
  });
}
