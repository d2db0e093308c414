/**
 * Shows and follows the logs of several containers, by time: `node logs.mts <name>=<container id>…`. First the last 20 lines of each,
 * then new ones. Ends when it is interrupted, which is not a failure, or when none of the containers runs any more.
 */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isStartUpNoise, readable } from './log-line.mts';

const LAST = 20;
const containers = process.argv.slice(2).map((word) => word.split('=') as [name: string, id: string]);

interface Line {
  name: string;
  /** The engine's timestamp with nanoseconds, which is compared as text. */
  at: string;
  text: string;
}

const show = ({ name, text }: Line) => {
  if (!isStartUpNoise(text)) console.log(readable(name, text));
};

function parse(name: string, line: string): Line {
  const blank = line.indexOf(' ');
  return { name, at: line.slice(0, blank), text: line.slice(blank + 1) };
}

/** The container's last lines. Some may be noise, so more are read than shown. */
const history = (name: string, id: string): Promise<Line[]> =>
  new Promise((resolve, reject) => {
    const args = ['logs', '--timestamps', '--tail', '200', id];
    execFile('docker', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) return reject(error);
      const lines = `${stdout}\n${stderr}`.split('\n').filter(Boolean);
      const sorted = lines.map((line) => parse(name, line)).sort(byTime);
      return resolve(sorted.filter(({ text }) => !isStartUpNoise(text)).slice(-LAST));
    });
  });

const byTime = (one: Line, other: Line) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0);

async function follow(name: string, id: string, seen: string): Promise<void> {
  const child = spawn('docker', ['logs', '--follow', '--timestamps', ...(seen && ['--since', seen]), id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const read = async (stream: NodeJS.ReadableStream) => {
    for await (const text of createInterface({ input: stream })) {
      const line = parse(name, text);
      // `--since` includes the last line that was seen.
      if (line.at > seen) show(line);
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
}

const children: ReturnType<typeof spawn>[] = [];
const end = () => {
  for (const child of children) child.kill();
  process.exit(0);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// The reader may close the pipe: make logs | head
process.stdout.on('error', end);
// In a process group of its own it isn't killed together with make.
const parent = process.ppid;
setInterval(() => process.ppid === parent || end(), 1_000).unref();

const last = await Promise.all(containers.map(([name, id]) => history(name, id)));
for (const line of last.flat().sort(byTime)) show(line);
const seen = last.map((lines) => lines.at(-1)?.at ?? '');
await Promise.all(containers.map(([name, id], index) => follow(name, id, seen[index] ?? '')));
