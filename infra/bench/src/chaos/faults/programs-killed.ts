import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../../http-endpoint.ts';
import { sendAll } from '../../send-all.ts';
import type { Fault, Scene } from '../fault.ts';

/** In five trials 500 of each. */
const CALLS = 100;
const CONNECTIONS = 4;
/** Answers from one kill to the next: where starts take long, there are fewer kills. */
const ANSWERS_PER_KILL = 5;
const LOOK_MS = 50;
/** What a container has written arrives after its answer. */
const LATE_MS = 2_000;

interface Called {
  /** In the event, in the program's log, and in its answer. */
  id: string;
  answer: Answer;
}

/** Programs that nobody here wrote, by protocol: how each is called. */
const PROGRAMS: Record<string, (stack: Scene['stack'], id: string) => Promise<Answer>> = {
  'others-stdio': (stack, id) => stack.invoke('others-stdio', id),
  'others-lambda': (stack, id) => stack.invoke('others-lambda', id),
  'others-service': (stack, id) => stack.gateway.send(`/?${id}`, { headers: { host: 'others-service.localhost' } }),
};

/** Each call has its own result or an error that says what happened, none runs twice unless it was tried again. */
export const programsKilled: Fault = {
  name: 'programs of others, containers killed',
  async strike(scene) {
    const { stack, signal } = scene;
    const events = await stack.control.follow('/events');
    const over = new AbortController();
    let answers = 0;
    const killing = killAgainAndAgain(scene, () => Math.floor(answers / ANSWERS_PER_KILL), over.signal);
    // It is awaited after the calls.
    killing.catch(() => undefined);
    try {
      const at = Date.now();
      const calls = Object.entries(PROGRAMS).map(async ([name, call]) => {
        const called = await sendAll(CALLS, CONNECTIONS, async (): Promise<Called> => {
          signal.throwIfAborted();
          const id = randomUUID();
          const answer = await call(stack, id);
          answers += 1;
          return { id, answer };
        });
        return { name, called };
      });
      const all = await Promise.all(calls);
      over.abort();
      const kills = await killing;
      await pause(LATE_MS);
      const heard = heardIn(events.text());
      for (const { name, called } of all) check(name, called, heard);
      if (kills === 0) throw new Error('No container was killed');
      return { at };
    } finally {
      over.abort();
      events.leave();
    }
  },
};

/** @returns how many it has killed */
export async function killAgainAndAgain(
  { stack, docker }: Scene,
  due: () => number,
  over: AbortSignal,
): Promise<number> {
  let kills = 0;
  let paid = 0;
  while (!over.aborted) {
    await pause(LOOK_MS);
    if (due() <= paid) continue;
    // Their relays belong to them.
    const names = [...Object.keys(PROGRAMS), 'relay'];
    const containers = (await Promise.all(names.map((name) => stack.containers(name)))).flat();
    const victim = containers[Math.floor(Math.random() * containers.length)];
    // It may have ended by itself meanwhile. Nothing restarts it, so the engine may kill it: these images have no node for `killProcess`.
    if (!victim || !(await docker.getContainer(victim.Id).kill().then(succeeded, failed))) continue;
    kills += 1;
    // Kills that found nobody are not made up for.
    paid = due();
  }
  return kills;
}

const succeeded = () => true;
const failed = () => false;

interface Heard {
  type: string;
  name: string;
  requestId?: string;
  text?: string;
}

/** What the launcher's event stream says of programs' output, and of events that were tried again. */
export function heardIn(stream: string): Heard[] {
  const lines = stream.split('\n').filter((line) => /^data: .*"type":"(output|invocation\.retried)"/.test(line));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as Heard);
}

/** @throws {Error} about the first call without an honest answer, or that ran twice without need */
export function check(name: string, called: readonly Called[], heard: readonly Heard[]): void {
  const isService = name === 'others-service';
  let good = 0;
  for (const { id, answer } of called) {
    const { status, headers, body } = answer;
    const isError = status >= 400 || headers['x-amz-function-error'] !== undefined;
    const isHonest = isError
      ? /"(errorType|Type|type)":"[A-Z]/.test(body)
      : body.includes(isService ? 'Directory' : id);
    if (!isHonest) throw new Error(`${name} answered ${status} ${body.slice(0, 200)}`);
    if (!isError) good += 1;
    const ran = heard.filter(
      (event) => event.type === 'output' && event.name === name && event.text?.includes(id),
    ).length;
    const isAgain = ({ type, requestId }: Heard) => type !== 'output' && requestId === headers['x-amzn-requestid'];
    // The gateway sends a request without a body once more when its replica dies.
    const again = isService ? 1 : heard.filter(isAgain).length;
    if (ran > 1 + again) throw new Error(`${name}: ${id} ran ${ran} times, and was tried again ${again} times`);
  }
  if (good < called.length / 2) throw new Error(`${name}: only ${good} of ${called.length} had a result`);
}
