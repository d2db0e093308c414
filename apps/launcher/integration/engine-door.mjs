// The way from the test stack's launcher to its engine. While this doesn't run, the engine is lost to it, and to nobody else.
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const DOOR = '/run/engine/docker.sock';
rmSync(DOOR, { force: true });
createServer({ allowHalfOpen: true }, (launcher) => {
  const engine = connect({ path: '/var/run/docker.sock', allowHalfOpen: true });
  launcher.pipe(engine).pipe(launcher);
  launcher.on('error', () => engine.destroy());
  engine.on('error', () => launcher.destroy());
}).listen(DOOR);
