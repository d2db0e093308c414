// Formats a container's log: `docker logs … | node readable.mts <name>`.
import { createInterface } from 'node:readline';
import { readable } from './log-line.mts';

for await (const line of createInterface({ input: process.stdin })) console.log(readable(process.argv[2] ?? '', line));
