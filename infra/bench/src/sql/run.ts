import { Client } from 'pg';

/* Runs in the database's container, as its superuser. Argument: [text, values, another database] as JSON; prints the rows. */
const OURS = { host: '/var/run/postgresql', user: 'postgres', database: 'votes' };
const [text, values, where = OURS] = JSON.parse(process.argv[2] ?? '[]') as [string, unknown[] | null, typeof OURS];
const client = new Client(where);
await client.connect();
const { rows } = await client.query(values == null ? { text } : { text, values });
process.stdout.write(JSON.stringify(rows ?? []));
await client.end();
