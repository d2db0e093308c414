/**
 * Makes a container's log readable: `node readable.mts <name>` turns the launcher's JSON lines from stdin into
 * `12:00:01.123 launcher  message  key=value …`, and leaves other lines as they are, behind the name.
 */
import { createInterface } from 'node:readline';

const name = (process.argv[2] ?? '').padEnd(8);
const SIGNS = new Map([
  [40, '! '],
  [50, '✗ '],
  [60, '✗ '],
]);

for await (const line of createInterface({ input: process.stdin })) console.log(readable(line));

function readable(line: string): string {
  if (!line.startsWith('{')) return `${name}  ${line}`;
  try {
    // Of a lifecycle event, the message is the type.
    const { time, level, msg = '', type: _type, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const at = new Date(time as string);
    const clock = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
    const details = Object.entries(rest).map(([key, value]) => `${key}=${plain(value)}`);
    return `${clock} ${name}  ${SIGNS.get(level as number) ?? ''}${[msg, ...details].join('  ')}`;
  } catch {
    return `${name}  ${line}`;
  }
}

function plain(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[\w./:-]{12}[0-9a-f]{52}$/.test(value) ? value.slice(0, 12) : value;
}
