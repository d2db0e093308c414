import type http from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Peers } from './peers.ts';

/** So often at most a refusal is worth a line: they may come in floods. */
const LINE_EVERY_MS = 10_000;

/** Closes connections that strangers make, before a byte of theirs is read. */
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
