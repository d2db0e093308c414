import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { onlyContainer } from './containers.mts';

const DIAL = `const socket = require('net').connect('/run/control/control.sock');
  process.stdin.pipe(socket).pipe(process.stdout); socket.on('error', () => process.exit(1));`;

/**
 * Provides web's socket to the control API on this machine, with connections forwarded into the launcher's container, because the
 * socket's volume can't be opened on a host where Docker runs in a virtual machine.
 */
export function relay(stack: string, path: string): Server {
  const server = createServer(async (connection) => {
    connection.on('error', () => undefined);
    const launcher = await onlyContainer(stack, 'launcher');
    if (!launcher) return connection.destroy();
    const far = spawn('docker', ['exec', '--interactive', launcher, 'node', '--eval', DIAL], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    far.stdin.on('error', () => connection.destroy());
    far.once('exit', () => connection.destroy());
    connection.once('close', () => far.kill());
    connection.pipe(far.stdin);
    far.stdout.pipe(connection);
  });
  return server.listen(path);
}
