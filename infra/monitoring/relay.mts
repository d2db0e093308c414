// A relay to Prometheus or Grafana, which listen on loopback in this container's network. Like the launcher, it refuses clients that are
// neither this machine nor in the stack's network. Arguments: the published port, and the port on loopback.
import { connect, createServer } from 'node:net';
import { Peers } from '@serverless-vote/http-server/peers';

const [published, watcher] = process.argv.slice(2).map(Number);
const peers = Peers.ofThisContainer((process.env.LOCAL_PEERS ?? '').split(',').flatMap((range) => range.trim() || []));

createServer({ allowHalfOpen: true }, (visitor) => {
  const peer = peers.of(visitor.remoteAddress);
  if (peer === 'stranger') {
    visitor.destroy();
    return;
  }
  const inside = connect({ host: '127.0.0.1', port: watcher ?? 0, allowHalfOpen: true });
  visitor.pipe(inside).pipe(visitor);
  visitor.on('error', () => inside.destroy());
  inside.on('error', () => visitor.destroy());
}).listen(published, '0.0.0.0');
