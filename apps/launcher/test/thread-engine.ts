import { finished } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { type Environment, ProcessEngine, type Program } from './process-engine.ts';
import { commandOf } from './program.ts';

const [, PRELOAD = ''] = commandOf('thread');
/** The status of a process that SIGKILL has ended. */
const KILLED = 137;

/**
 * Our own programs as threads. They run the same code, have the same sockets and can be killed at any moment, but a start takes a third
 * of a process' CPU time, and tests start hundreds. Programs of others, and relays, stay processes.
 */
export class ThreadEngine extends ProcessEngine {
  protected override launch(command: readonly string[], env: Environment): Program {
    const [program, file = ''] = command;
    if (program !== process.execPath) return super.launch(command, env);
    const thread = new Worker(file, { env, execArgv: ['--require', PRELOAD], stdin: true, stdout: true, stderr: true });
    const { stdout, stderr } = thread;
    let wasKilled = false;
    const ended = new Promise<number>((resolve) => thread.once('exit', resolve));
    return {
      ...{ stdin: thread.stdin as NonNullable<Worker['stdin']>, stdout, stderr, started: Promise.resolve() },
      exited: Promise.all([ended, finished(stdout), finished(stderr)]).then(([code]) => (wasKilled ? KILLED : code)),
      terminate: () => thread.postMessage('SIGTERM'),
      kill() {
        wasKilled = true;
        void thread.terminate();
      },
    };
  }
}
