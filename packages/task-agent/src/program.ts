/**
 * The first process of a container on a Swarm, which has no call for "end this one task", "how did it end" or "what does it
 * write". The launcher brings it along, so the images of functions need not know about it.
 *
 *             registered              start               child exits, kill
 *  connecting ──────────▶ on the agent ─────▶ running ───────────────────────▶ gone
 *      ├── nobody answers ─────┼── launcher silent ┴── launcher silent ──────────▶
 *      └── SIGTERM ────────────┴── SIGTERM ──────────────────────────────────────▶
 *
 * It tells the launcher who it is, starts the container's own program when told to, and passes on its output and exit status. It
 * ends everything in the container when told to, or when it no longer hears the launcher: nothing runs unattended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { env } from './env.ts';
import { Channel, type FromLauncher, type FromTask } from './protocol.ts';

const SILENT_MS = 4_000;
const CONNECT_FOR_MS = 30_000;
const RETRY_MS = 200;
/**
 * A young container's network may not reach the launcher's node yet. The kernel then asks again after 1, 3, 7, 15 and 31 s: measured,
 * starts of 6 s and more though the way was open long before. A new connection asks anew.
 */
const ANSWER_MS = 1_000;
const KILLED = 137;

const [program = '', ...args] = process.argv.slice(2);
/** The container's own program, and the launcher that started it. */
let running: { child: ChildProcess; launcher: Launcher } | undefined;
let leaving = false;

type Launcher = Channel<FromTask, FromLauncher>;

/** As the first process it ends all others of its container; as any other (in tests) only what it has started. */
function endEverything(): void {
  if (process.pid !== 1) return void running?.child.kill('SIGKILL');
  try {
    process.kill(-1, 'SIGKILL');
  } catch {
    // There is no other process any more.
  }
}

function leave(why: string): never {
  console.error(why);
  if (running) endEverything();
  process.exit(1);
}

function connectUntil(giveUpAt: number, first: boolean): void {
  const { address, task, service, secretFile } = env;
  const [host, port] = address.split(':');
  const socket = connect({ host: host ?? '', port: Number(port), noDelay: true });
  const patience = setTimeout(() => socket.destroy(), ANSWER_MS);
  let connected = false;
  socket.once('connect', () => {
    connected = true;
    clearTimeout(patience);
    const launcher: Launcher = new Channel(socket, {
      silentMs: SILENT_MS,
      hear: (order) => obey(order, launcher),
      lost: () => leave('The launcher is silent: this container ends.'),
    });
    const secret = readFileSync(secretFile, 'utf8');
    launcher.tell({ type: 'register', service, task, secret, containerId: hostname().slice(0, 12) });
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    if (leaving) return;
    if (connected) leave('The launcher is gone: this container ends.');
    if (performance.now() > giveUpAt) leave(`Nobody answers at ${address}.`);
    if (first) console.error(`Nobody answers at ${address} yet.`);
    setTimeout(() => connectUntil(giveUpAt, false), RETRY_MS);
  });
}

function obey(order: FromLauncher, launcher: Launcher): void {
  if (order.type === 'start' && !running) running = { child: run(order.environment, launcher), launcher };
  if (order.type === 'stop') running?.child.kill('SIGTERM');
  if (order.type === 'kill') endEverything();
}

function run(environment: Record<string, string>, launcher: Launcher): ChildProcess {
  const started = spawn(program, args, {
    env: { ...env.inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [started.stdout, started.stderr]) pass(output, launcher);
  let failure = '';
  started.once('error', (error) => {
    failure = `${error}\n`;
    end(KILLED - 10);
  });
  // Its own child processes may hold its output open.
  started.once('exit', endEverything);
  started.once('close', (code, signal) => end(code ?? (signal === 'SIGKILL' ? KILLED : 143)));
  const end = (exitCode: number): void => {
    if (leaving) return;
    leaving = true;
    if (failure) launcher.tell({ type: 'output', text: failure });
    launcher.tell({ type: 'exited', exitCode, outOfMemory: exitCode === KILLED && wasOutOfMemory() });
    launcher.socket.end(() => process.exit(exitCode));
  };
  return started;
}

/** Passes on what it writes, no faster than the launcher reads. */
function pass(output: Readable, launcher: Launcher): void {
  output.setEncoding('utf8').on('data', (text: string) => {
    if (launcher.tell({ type: 'output', text })) return;
    output.pause();
    launcher.socket.once('drain', () => output.resume());
  });
}

/** Has the kernel ended a process of this container for its memory? In both versions of control groups. */
function wasOutOfMemory(): boolean {
  return ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'].some((file) => {
    try {
      return /^oom_kill [1-9]/m.test(readFileSync(file, 'utf8'));
    } catch {
      return false;
    }
  });
}

// Swarm wants this task gone (scaled down, a new image, its node drained, the stack removed). One that works asks the launcher,
// which lets it leave when it has nothing in hand. Without this a first process doesn't hear the signal at all.
process.on('SIGTERM', () => (running ? running.launcher.tell({ type: 'withdrawn' }) : process.exit(0)));
connectUntil(performance.now() + CONNECT_FOR_MS, true);
