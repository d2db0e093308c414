import { readFileSync } from 'node:fs';
import { phasesIn } from '@serverless-vote/contracts/server-timing';
import { type ControlApi, functionPath } from './control-api.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { type Output, printable } from './print.ts';

export interface InvokeOptions {
  name: string;
  /** As an argument; `-` is standard input. Without event and file it is `{}`. */
  event: string | undefined;
  file?: string | undefined;
  async: boolean;
  /** Seconds until an asynchronous event is due. */
  delay?: string | undefined;
}

/** Runs a function and prints its result, the end of its log, and how long each phase took. Returns the exit status. */
export async function invoke(control: ControlApi, options: InvokeOptions, output: Output): Promise<number> {
  const path = functionPath(options.name, '/invocations');
  const body = eventOf(options);
  if (options.async) {
    const headers = { 'x-amz-invocation-type': 'Event', 'x-serverless-vote-delay-seconds': options.delay ?? '0' };
    const response = await control.send(path, { method: 'POST', body, headers });
    const requestId = response.headers.get('x-amzn-requestid') ?? '';
    output.out(output.json ? JSON.stringify({ requestId }) : requestId);
    if (!output.json) output.err('Accepted: the event is committed and will run asynchronously.');
    return EXIT.done;
  }
  if (options.delay !== undefined) throw new UsageError('--delay needs --async: nobody waits that long for a result.');
  const response = await control.send(path, { method: 'POST', body, headers: { 'x-amz-log-type': 'Tail' } });
  const result = await response.text();
  const failed = response.headers.has('x-amz-function-error');
  const about = {
    requestId: response.headers.get('x-amzn-requestid'),
    startKind: response.headers.get('x-start-kind'),
    containerId: response.headers.get('x-container-id'),
    phases: phasesIn(response.headers.get('server-timing')),
    log: Buffer.from(response.headers.get('x-amz-log-result') ?? '', 'base64').toString(),
  };
  if (output.json) {
    const payload = JSON.parse(result) as unknown;
    output.out(JSON.stringify({ ...(failed ? { error: payload } : { result: payload }), ...about }, null, 2));
  } else {
    if (failed) output.err(`${options.name} failed: ${wordsOf(result)}`);
    else output.out(result);
    output.err(printable(about.log.trimEnd()));
    const phases = Object.entries(about.phases).map(([phase, ms]) => `${phase} ${ms} ms`);
    output.err(`${about.startKind}, container ${about.containerId}: ${phases.join(', ')}`);
  }
  return failed ? EXIT.functionError : EXIT.done;
}

function eventOf({ event, file }: InvokeOptions): Uint8Array<ArrayBuffer> {
  if (event !== undefined && file !== undefined)
    throw new UsageError('The event is an argument or in a file, not both.');
  const text = event === '-' ? readFileSync(0) : file === undefined ? Buffer.from(event ?? '{}') : readEvent(file);
  return new Uint8Array(text);
}

function readEvent(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`The event can't be read: ${(error as Error).message}`);
  }
}

/** A function's error as a sentence. The error is untrusted: it may have any form. */
export function wordsOf(payload: string): string {
  try {
    const { errorType, errorMessage } = JSON.parse(payload) as { errorType?: string; errorMessage?: string };
    if (errorType !== undefined) return printable(`${errorType}: ${errorMessage ?? ''}`);
  } catch {
    // Not JSON: print it as it is.
  }
  return printable(payload);
}
