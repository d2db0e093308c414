import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

// biome-ignore lint/style/noProcessEnv: what the launcher tells it
const { LISTEN_ADDRESS = '', BEHAVIOUR } = process.env;

/** A replica that listens, and ends when it is told to, unless it is configured to misbehave. */
if (BEHAVIOUR === 'ends at its start') process.exit(3);
const [, port] = /^port (\d+)$/.exec(BEHAVIOUR ?? '') ?? [];
const listen = () => net.createServer((socket) => socket.destroy()).listen(port ?? LISTEN_ADDRESS);
process.on('SIGTERM', () => {
  if (BEHAVIOUR === 'listens at SIGTERM') listen();
  else if (BEHAVIOUR !== 'ignores SIGTERM') process.exit(0);
});
if (BEHAVIOUR === 'leaves a file') writeFileSync(path.join(path.dirname(LISTEN_ADDRESS), 'file'), '');
if (BEHAVIOUR === 'never listens' || BEHAVIOUR === 'listens at SIGTERM') setInterval(() => undefined, 1e6);
else listen();
console.log('running');
