import type { Answer } from '../../http-endpoint.ts';
import type { Fault, Scene } from '../fault.ts';

const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
/** A function with a deadline of three seconds. */
const NAME = 'misbehave-impatient';
const VOTER = '00000000-0000-4000-8000-000000000000';

/** A misbehaving function: its caller gets an error, and by then its container is gone. */
const misbehaving = (name: string, deed: string, errors: readonly string[]): Fault => ({
  name,
  async strike({ stack }) {
    const at = Date.now();
    return { at, afterwards: () => isReported(stack.invoke(NAME, { do: deed }), errors, stack) };
  },
});

async function isReported(answer: Promise<Answer>, errors: readonly string[], stack: Scene['stack']): Promise<void> {
  const { status, headers, body } = await answer;
  const { errorType = body } = JSON.parse(body) as { errorType?: string };
  if (status !== 200 || !errors.includes(errorType)) throw new Error(`Answered ${status}: ${body.slice(0, 200)}`);
  const left = (await stack.containers(NAME)).filter(({ Id }) => Id.startsWith(String(headers['x-container-id'])));
  if (left.length > 0) throw new Error('Its caller was answered before its container was gone');
}

export const runaway = misbehaving('runaway function', 'loop', ['Sandbox.Timedout']);
export const memoryBomb = misbehaving('memory bomb', 'eat-memory', ['Runtime.OutOfMemory', 'Sandbox.Timedout']);

/** Invalid events, and one that kills every container that takes it, with good ones next to it. */
export const poisonedEvents: Fault = {
  name: 'poisoned events among good ones',
  async strike({ stack }) {
    const at = Date.now();
    const invoke = (body: string) => stack.control.post('/2015-03-31/functions/record-vote/invocations', body);
    const refused: [string, Promise<Answer>][] = [
      ['NUL in a form', stack.gateway.post('/vote', 'choice=%00', FORM)],
      ['half an escape', stack.gateway.post('/vote', 'choice=%c3%28', FORM)],
      ['no form at all', stack.gateway.post('/vote', '{"choice":', { ...FORM, 'content-type': 'application/json' })],
      ['NUL in an event', invoke(JSON.stringify({ voterId: VOTER, choice: 'cats\0' }))],
      ['half a surrogate pair', invoke(JSON.stringify({ voterId: VOTER, choice: 'cats\ud800' }))],
      ['SQL for a voter', invoke(JSON.stringify({ voterId: "'; drop table votes; --", choice: 'cats' }))],
      ['a megabyte', invoke(JSON.stringify({ voterId: VOTER, choice: 'c'.repeat(1e6) }))],
      ['no JSON', invoke('{"voterId"')],
    ];
    const good = Array.from({ length: 8 }, () => stack.invoke('misbehave-reused', { do: 'sleep', ms: 50 }));
    const deadly = stack.invoke('misbehave-reused', { do: 'exit', code: 9 });
    const afterwards = async () => {
      for (const [what, answer] of refused) await isRefused(what, await answer);
      await isReported(deadly, ['Runtime.ExitError'], stack);
      for (const answer of await Promise.all(good))
        if (answer.body !== '{"slept":50}') throw new Error(`A good event failed beside a bad one: ${answer.body}`);
    };
    return { at, afterwards };
  },
};

function isRefused(what: string, { status, headers, body }: Answer): void {
  const isCallersFault = (status >= 400 && status < 500) || headers['x-amz-function-error'] !== undefined;
  if (!isCallersFault) throw new Error(`${what} was answered ${status}: ${body.slice(0, 200)}`);
}
