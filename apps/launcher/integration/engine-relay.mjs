// A relay from the test stack's launcher to the engine. While it doesn't run, the engine is unreachable for this launcher only.
// `/run/engine/refuse` contains how many removals it refuses from now on, like an engine whose storage driver is stuck.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const SOCKET = '/run/engine/docker.sock';
const REFUSE = '/run/engine/refuse';
const BODY = '{"message":"driver failed to remove root filesystem: device or resource busy"}';
const REFUSAL = `HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

/** Should this removal be refused? */
function refuses(chunk) {
  if (chunk.toString('latin1', 0, 8) !== 'DELETE /') return false;
  const left = Number(readFileSync(REFUSE, { encoding: 'utf8', flag: 'a+' }));
  if (left > 0) writeFileSync(REFUSE, String(left - 1));
  return left > 0;
}

rmSync(SOCKET, { force: true });
rmSync(REFUSE, { force: true });
createServer({ allowHalfOpen: true }, (launcher) => {
  const engine = connect({ path: '/var/run/docker.sock', allowHalfOpen: true });
  // A request without a body is one chunk, and its sender waits for the answer before it sends another.
  launcher.on('data', (chunk) => {
    if (refuses(chunk)) launcher.write(REFUSAL);
    else if (!engine.write(chunk)) launcher.pause();
  });
  engine.on('drain', () => launcher.resume());
  launcher.on('end', () => engine.end());
  engine.pipe(launcher);
  launcher.on('error', () => engine.destroy());
  engine.on('error', () => launcher.destroy());
}).listen(SOCKET);
