/**
 * The first process of a container on a Swarm, which has no API to end a single task, or to get its exit status or its output. The
 * launcher provides it as a config, so the images of functions need not contain it.
 *
 *             registered              start               child exits, kill
 *  connecting ──────────▶ on the agent ─────▶ running ───────────────────────▶ gone
 *      ├── nobody answers ─────┼── launcher silent ┴── launcher silent ──────────▶
 *      └── SIGTERM ────────────┴── SIGTERM ──────────────────────────────────────▶
 *
 * It registers with the launcher, starts the container's own program on demand, and passes on its output and exit status. It ends
 * everything in the container on demand, or when it no longer hears the launcher: nothing runs unattended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { env } from './env.ts';
import { forward } from './forward.ts';
import { Channel, type FromLauncher, type FromTask } from './protocol.ts';

const SILENT_MS = 4_000;
const CONNECT_FOR_MS = 30_000;
const RETRY_MS = 200;
/**
 * A new container's network may not reach the launcher's node yet. The kernel retries a connection after 1, 3, 7, 15 and 31 s: starts of
 * 6 s and more were measured, although the network had been ready for long. So the agent opens a new connection instead.
 */
const ANSWER_MS = 1_000;
const KILLED = 137;

const [program = '', ...args] = process.argv.slice(2);
/** The container's own program, and the launcher that started it. */
let running: { child: ChildProcess; launcher: Launcher } | undefined;
let isOrdered = false;
let leaving = false;

type Launcher = Channel<FromTask, FromLauncher>;

/** As PID 1 it ends all other processes of its container; otherwise (in tests) only the process that it started. */
function endEverything(): void {
  if (process.pid !== 1) return void running?.child.kill('SIGKILL');
  try {
    process.kill(-1, 'SIGKILL');
  } catch {
    // No other process is left.
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
    if (performance.now() > giveUpAt) leave(`The launcher does not answer at ${address}.`);
    if (first) console.error(`The launcher does not answer at ${address} yet.`);
    setTimeout(() => connectUntil(giveUpAt, false), RETRY_MS);
  });
}

function obey(order: FromLauncher, launcher: Launcher): void {
  if (order.type === 'start') void start(order, launcher);
  if (order.type === 'stop') running?.child.kill('SIGTERM');
  if (order.type === 'kill') running ? endEverything() : process.exit(KILLED);
}

async function start(
  { environment, forwarding }: Extract<FromLauncher, { type: 'start' }>,
  launcher: Launcher,
): Promise<void> {
  if (isOrdered) return;
  isOrdered = true;
  if (forwarding) await forward(forwarding, env.address.split(':')[0] ?? '');
  running = { child: run(environment, launcher), launcher };
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
  // The program's child processes may keep its output open.
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

/** Passes on its output, with back-pressure from the launcher. */
function pass(output: Readable, launcher: Launcher): void {
  output.setEncoding('utf8').on('data', (text: string) => {
    if (launcher.tell({ type: 'output', text })) return;
    output.pause();
    launcher.socket.once('drain', () => output.resume());
  });
}

/** Did the kernel's OOM killer end a process of this container? Works with both versions of cgroups. */
function wasOutOfMemory(): boolean {
  return ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'].some((file) => {
    try {
      return /^oom_kill [1-9]/m.test(readFileSync(file, 'utf8'));
    } catch {
      return false;
    }
  });
}

// Swarm stops this task (scaled down, a new image, its node drained, the stack removed). A busy one asks the launcher, which lets it
// exit when it has no events in flight. Without a handler, PID 1 would ignore the signal.
process.on('SIGTERM', () => (running ? running.launcher.tell({ type: 'withdrawn' }) : process.exit(0)));
// Otherwise Node opens its debugger, and the container's own program, which has the same uid, could take the agent over.
process.on('SIGUSR1', () => undefined);
connectUntil(performance.now() + CONNECT_FOR_MS, true);
