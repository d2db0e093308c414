import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { operator } from './operator.ts';
import { controlUrl, send } from './stack.ts';

/** Connects a container's standard streams to Postgres, whose socket is in a volume that some hosts can't open. */
const BRIDGE = `
  const socket = require('node:net').connect('/var/run/postgresql/.s.PGSQL.5432');
  process.stdin.pipe(socket).pipe(process.stdout);
  socket.on('error', () => process.exit(1)).on('close', () => process.exit());`;

/** A session of the database's owner, in this stack's container or another one; `end` ends it even if the database is gone. */
export async function ownerSession(inContainer?: string): Promise<{ client: Client; end: () => Promise<void> }> {
  const docker = inContainer ? ['exec', '--interactive', inContainer] : await operator.inDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'owner-'));
  const server = createServer((socket) => bridge(socket, docker));
  await new Promise<void>((resolve) => server.listen(join(folder, '.s.PGSQL.5432'), resolve));
  const client = new Client({ host: folder, user: 'postgres', database: 'votes' });
  client.on('error', () => undefined);
  await client.connect();
  const end = async () => {
    await client.end().catch(() => undefined);
    server.close();
    rmSync(folder, { recursive: true });
  };
  return { client, end };
}

/** Makes the retries of asynchronous events due at once. The launcher has set its timer: a request that resends nothing makes it look. */
export async function endPauses(client: Client): Promise<void> {
  await client.query(`update async_events.job set start_after = now() where state = 'retry'`);
  await send(controlUrl, '/dead-letters/resend?function=none', { method: 'POST' });
}

function bridge(socket: Socket, inContainer: string[]): void {
  const child = spawn('docker', [...inContainer, 'node', '-e', BRIDGE]);
  socket.pipe(child.stdin);
  child.stdout.pipe(socket);
  child.stdin.on('error', () => undefined);
  socket.on('error', () => undefined);
  child.on('exit', () => socket.destroy());
}
