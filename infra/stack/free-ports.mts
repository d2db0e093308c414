// Prints free ports. Argument: how many.
import { freePort } from '@serverless-vote/e2e/free-port';

const ports = new Set<number>();
while (ports.size < Number(process.argv[2] ?? 2)) ports.add(await freePort());
console.log([...ports].join(' '));
