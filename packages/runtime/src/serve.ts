import { setImmediate as nextTurn } from 'node:timers/promises';
import { runByHand } from './by-hand.ts';
import { callsFor } from './calls.ts';
import { type FunctionDefinition, parsePayload } from './definition.ts';
import { env } from './env.ts';
import { CallerError, reportOf } from './errors.ts';
import { captureConsole, endOfRequest, underRequest } from './function-log.ts';
import { Poller } from './poller.ts';
import { type Invocation, type Outcome, RuntimeApi, rehearseNext } from './runtime-api.ts';

export type { Calls } from './calls.ts';
export type { FunctionDefinition } from './definition.ts';
export { CallerError, InvalidEvent } from './errors.ts';
export type { InvocationContext } from './runtime-api.ts';

/** Measured: 5 achieve two thirds of the effect of 20. */
const REHEARSALS = 20;

/**
 * The main program of a function's container. It never returns: the process exits when there are no more events (0), when the
 * function can't start or the launcher is gone (1), or at SIGTERM, after the events in flight (0).
 */
export async function serve<Resources>(definition: FunctionDefinition<Resources>): Promise<never> {
  captureConsole();
  const address = env.runtimeApi;
  process.exit(address ? await serveRuntimeApi(definition, address) : await runByHand(definition));
}

async function serveRuntimeApi<R>(definition: FunctionDefinition<R>, address: string): Promise<number> {
  const exit = () => process.exit(0);
  process.once('SIGTERM', exit);
  const started = await start(definition, address);
  if (!started) return 1;

  const { resources } = started;
  const poller = new Poller({
    address,
    inFlight: env.inFlight,
    run: (invocation) => underRequest(invocation.context.requestId, () => run(definition, resources, invocation)),
  });
  void rehearseOn(definition, resources, poller);
  process.off('SIGTERM', exit);
  process.once('SIGTERM', () => poller.stop());
  try {
    await poller.finished;
    await definition.disconnect(resources);
    return 0;
  } catch (error) {
    console.error('This container exits: %s', error);
    return 1;
  }
}

/** Prepares for the first event, and reports a failure to the launcher. A function may need no resources. */
async function start<R>(definition: FunctionDefinition<R>, address: string): Promise<{ resources: R } | undefined> {
  try {
    const resources = await definition.connect();
    await rehearse(definition, resources);
    return { resources };
  } catch (error) {
    console.error(error);
    await new RuntimeApi(address).initError(reportOf(error));
    return undefined;
  }
}

/** Runs the event path once, so that the first real event finds all code loaded and compiled, and its statement planned. */
async function rehearse<R>({ warm }: FunctionDefinition<R>, resources: R): Promise<void> {
  const { context, payload } = rehearseNext();
  parsePayload(payload);
  JSON.stringify(await underRequest(context.requestId, async () => warm?.(resources)));
}

/**
 * Repeats the rehearsal until the first event, so that V8 optimizes the code: a prewarmed container's first event takes a fifth less.
 * Starts after the first `next`, because an event that already waits for this container should not wait for this.
 */
async function rehearseOn<R>(definition: FunctionDefinition<R>, resources: R, poller: Poller): Promise<void> {
  try {
    for (let times = 0; times < REHEARSALS && poller.isUnused; times++) {
      await rehearse(definition, resources);
      await nextTurn();
    }
  } catch {
    // The first event will meet the same problem (the database went down, for example), and its caller gets the error.
  }
}

/** Runs the handler on an event. Never rejects: an error thrown by the handler is an outcome, too. */
async function run<R>(definition: FunctionDefinition<R>, resources: R, invocation: Invocation): Promise<Outcome> {
  const { context, payload } = invocation;
  let outcome: Outcome;
  try {
    const event = parsePayload(payload);
    const result = await definition.handle(event, { ...context, ...callsFor(context.requestId) }, resources);
    outcome = { result: JSON.stringify(result ?? null) };
  } catch (error) {
    if (!(error instanceof CallerError)) console.error(error);
    outcome = { error: reportOf(error) };
  }
  endOfRequest(context.requestId);
  return outcome;
}
