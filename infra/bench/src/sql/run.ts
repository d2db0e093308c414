import { Client } from 'pg';

/* Runs in the database's container, as its superuser. Argument: [text, values] as JSON; prints the rows. */
const [text, values] = JSON.parse(process.argv[2] ?? '[]') as [string, unknown[] | undefined];
const client = new Client({ host: '/var/run/postgresql', user: 'postgres', database: 'votes' });
await client.connect();
const { rows } = await client.query(values === undefined ? { text } : { text, values });
process.stdout.write(JSON.stringify(rows ?? []));
await client.end();
