import { Client } from 'pg';

/* Runs inside the database's container, as its superuser: holds all votes until stdin ends. */
const client = new Client({ host: '/var/run/postgresql', user: 'postgres', database: 'votes' });
client.on('error', () => process.exit(1));
await client.connect();
await client.query('begin; lock table votes in exclusive mode');
process.stdout.write('held');
process.stdin.resume().once('end', async () => {
  await client.query('commit');
  await client.end();
});
// Whatever becomes of who asked for it: nobody's vote is held longer.
setTimeout(() => process.exit(1), 15_000).unref();
