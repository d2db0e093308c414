import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ATTACKS, type Attack, attack, stayConnected } from '@serverless-vote/database/attacks';
import { serve } from '@serverless-vote/runtime';
import { Client } from 'pg';

/* A compromised function's program: repeats attacks on the database that once worked, with the role of its uid. */

const SILENT = 160;
/** An attack that only blocks has failed; the next one starts. */
const ATTACK_MS = 2_000;

const sessions: Client[] = [];

async function connect(): Promise<Client> {
  const client = new Client();
  client.on('error', () => undefined);
  await client.connect();
  sessions.push(client);
  return client;
}

serve({
  connect: async () => undefined,
  async handle() {
    const attacks: string[] = [];
    for (const [name, steps] of Object.entries<Attack>(ATTACKS)) {
      if (steps.role !== process.env.PGUSER) continue;
      await Promise.race([attack(connect, steps).catch(() => undefined), pause(ATTACK_MS)]);
      attacks.push(name);
      // The role has few connections, and the next attack needs them.
      for (const session of sessions.splice(0)) void session.end().catch(() => undefined);
    }
    const connections = stayConnected(net.connect, SILENT);
    await pause(ATTACK_MS);
    return { attacks, silent: connections.open };
  },
  disconnect: async () => undefined,
});
