import { endOf } from '@serverless-vote/contracts/text';
import type { Exit, StartedSandbox } from '@serverless-vote/engine';
import { appended } from '@serverless-vote/http-server/body';
import { functionError, type Outcome, RESULT_LIMIT, resultTooLarge } from '../model/invocation.ts';
import type { RuntimeClient } from './runtime-client.ts';
import { endOfUnused, type SandboxEnd } from './sandbox-end.ts';

const LAST_LINES = 10;
const LAST_CHARACTERS = 2_000;
const KILLED = 137;

/*
 *            event              exit
 *  waiting ────────▶ running ──────────▶ answered
 *     │ output, no        │ more than
 *     ▼ longer needed     ▼ the limit
 *    over ◀───────────────┘              it is killed
 */
type State =
  | { kind: 'waiting' }
  | { kind: 'running'; requestId: string; result: Buffer; bytes: number }
  | { kind: 'over'; initError?: { errorType: string; message: string } };

/**
 * The protocol `stdio` for one container: standard input is the event, standard output the result, exit status 0 success. The image
 * needs no runtime, so nothing reports that it is ready: a container that has started is.
 */
export class StdioExchange {
  #state: State = { kind: 'waiting' };
  #lastWords = '';
  readonly #client: RuntimeClient;
  readonly #kill: () => void;

  constructor(
    client: RuntimeClient,
    { output, stdio }: Required<Pick<StartedSandbox, 'output' | 'stdio'>>,
    kill: () => void,
  ) {
    this.#client = client;
    this.#kill = kill;
    // A program need not read its event.
    stdio.input.on('error', () => undefined);
    stdio.result.on('data', (chunk: Buffer) => this.#take(chunk));
    output.on('data', (text: string) => {
      this.#lastWords = endOf(this.#lastWords + text, LAST_CHARACTERS);
    });
    client.poll({
      deliver: ({ requestId, payload }) => {
        this.#state = { kind: 'running', requestId, result: Buffer.alloc(0), bytes: 0 };
        stdio.input.end(payload);
      },
      // If its input just ended, that would be an empty event.
      dismiss: () => this.#finish({ kind: 'over' }),
    });
  }

  #finish(state: State): void {
    this.#state = state;
    this.#kill();
  }

  #take(chunk: Buffer): void {
    const state = this.#state;
    if (state.kind === 'waiting') {
      const begins = JSON.stringify(chunk.toString('utf8', 0, 100));
      const message = `It wrote to standard output before it had an event: ${begins}. Messages belong on standard error.`;
      this.#finish({ kind: 'over', initError: { errorType: 'Runtime.OutputBeforeEvent', message } });
    }
    if (state.kind !== 'running') return;
    state.result = appended(state.result, state.bytes, chunk);
    state.bytes += chunk.length;
    if (state.bytes <= RESULT_LIMIT) return;
    this.#client.answer(state.requestId, resultTooLarge());
    this.#finish({ kind: 'over' });
  }

  /** The container has exited: answers its event, unless it was killed or lost. Then the event is retried. */
  ended(exit: Exit, memoryMb: number): SandboxEnd {
    const lastLines = this.#lastWords.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    const state = this.#state;
    if (state.kind === 'over' && state.initError) return { kind: 'init-failed', ...state.initError };
    const wasKilled = exit.kind === 'lost' || (exit.exitCode === KILLED && !exit.outOfMemory);
    if (state.kind === 'waiting' && !wasKilled) return endOfUnused(exit, memoryMb, lastLines);
    if (state.kind === 'running' && !wasKilled)
      this.#client.answer(state.requestId, outcomeOf(exit, state.result.subarray(0, state.bytes), lastLines));
    return { kind: 'ended', exit };
  }
}

function outcomeOf({ exitCode, outOfMemory }: Exit & { kind: 'exited' }, payload: Buffer, lastLines: string): Outcome {
  if (outOfMemory) return functionError('Runtime.OutOfMemory', lastLines || 'out of memory');
  const why = `exit status ${exitCode}: ${lastLines || 'nothing on standard error'}`;
  if (exitCode !== 0) return functionError('Runtime.ExitError', why);
  if (payload.length > 0) return { kind: 'result', payload };
  return functionError(
    'Runtime.NoResult',
    'It exited with status 0, but wrote nothing to standard output: not even null.',
  );
}
