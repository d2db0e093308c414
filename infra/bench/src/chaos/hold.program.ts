import { Client } from 'pg';

/* Runs in the database's container, as its superuser: locks the votes from the first byte on stdin until its end. */
const client = new Client({ host: '/var/run/postgresql', user: 'postgres', database: 'votes' });
client.on('error', () => process.exit(1));
await client.connect();
process.stdin.once('data', async () => {
  await client.query('begin; lock table votes in exclusive mode');
  process.stdout.write('held');
});
process.stdin.once('end', async () => {
  await client.query('commit');
  await client.end();
});
process.stdout.write('ready');
// A limit, in case the parent process is gone.
setTimeout(() => process.exit(1), 15_000).unref();
