// Prints the catalog for the tests: the real one, plus misbehaving functions, plus those in the given files of this folder.
import { readFileSync } from 'node:fs';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
/** On a Swarm starts take longer, so deadlines have to be longer, too. */
const times = Number(process.env.DEADLINES_TIMES ?? 1);
const catalog = read('../../../../functions/catalog.json');
// On a busy machine a start takes seconds. This is still less than web's time-out for the launcher.
for (const real of Object.values<{ deadlineMs: number }>(catalog.functions)) real.deadlineMs = 18_000;
// A second replica without a hundred requests at once, with which a busy machine is busy for half a minute.
catalog.services.web.requestsPerReplica = 40;
/** Where these can't be pulled, their stand-ins (infra/images/base.sh). */
const STAND_INS = new Map([
  ['python:3.14-slim', process.env.PYTHON_IMAGE],
  ['nginx:1.29', process.env.NGINX_IMAGE],
]);
const services = read(process.env.SERVICES ?? './services.json');
const files = ['./misbehaving.json', ...process.argv.slice(2)];
for (const [name, differences] of files.flatMap((file) => Object.entries<object>(read(file)))) {
  catalog.functions[name] = {
    ...{ image: 'serverless-vote/misbehave', user: 10_009, database: true },
    ...{ memoryMb: 128, cpus: 1, processes: 32, tmpMb: 8, deadlineMs: 30_000, concurrency: 2 },
    ...{ queue: { events: 100, megabytes: 8 }, serving: { kind: 'single-use' }, warmPool: 0, invalidates: [] },
    ...differences,
  };
  catalog.functions[name].deadlineMs *= times;
}
Object.assign(catalog.services, services);
for (const entry of Object.values<{ image: string }>({ ...catalog.functions, ...services }))
  entry.image = STAND_INS.get(entry.image) ?? entry.image;
process.stdout.write(`${JSON.stringify(catalog, null, 2)}\n`);
