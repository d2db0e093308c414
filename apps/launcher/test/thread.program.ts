import fs from 'node:fs';
import { parentPort } from 'node:worker_threads';

/* Loaded before the program of a thread, which finds what a process has: its own standard output and error, signals, and an end. */

// Our runtime writes to the file descriptor, which is that of all threads.
Object.assign(fs, {
  writeSync: (fd: number, text: string) => void (fd === 1 ? process.stdout : process.stderr).write(text),
});
parentPort?.on('message', (signal: 'SIGTERM') => process.emit(signal, signal) || process.exit(143));
parentPort?.unref();
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(1);
});
