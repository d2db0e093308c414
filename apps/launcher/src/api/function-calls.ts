import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Catalog, findFunction } from '@serverless-vote/catalog';
import { traceparentOf } from '@serverless-vote/contracts/trace-context';
import { ByteBudget } from '@serverless-vote/http-server/body';
import { denied, nothingThere, respondWithError } from '../model/errors.ts';
import type { Invocation } from '../model/invocation.ts';
import type { AnswerCall } from '../sandbox/runtime-client.ts';
import { type InvokeParts, invokeApi, targetOf } from './invocations.ts';

/** For the events and large results of one function's calls, so that no function can keep others from calling. */
const EVENTS_AT_ONCE = 16 * 1024 * 1024;

type CallParts = Pick<InvokeParts, 'invoker' | 'asyncEvents'> & { catalog: Catalog };

/**
 * The Invoke API at the containers of functions: for each the functions that the catalog allows it, and nothing else.
 * The launcher knows the container by its connection; for which of its events in flight it calls, the function has to
 * say (ours does). If it doesn't, the rules for all of them apply together.
 */
export function functionCalls({ catalog, ...parts }: CallParts): AnswerCall {
  const newApi = () => invokeApi({ ...parts, bodies: new ByteBudget(EVENTS_AT_ONCE) });
  const apiFor = new Map(Object.keys(catalog.functions).map((name) => [name, newApi()]));
  async function answer(inFlight: readonly Invocation[], request: IncomingMessage, response: ServerResponse) {
    const named = request.headers['lambda-runtime-aws-request-id'];
    const callers = inFlight.filter(({ requestId }) => named === undefined || requestId === named);
    const [caller, ...others] = callers;
    if (!caller) throw denied('A function may invoke others only for an event that is in flight in this container.');
    const target = targetOf(request);
    if (!target) throw nothingThere(request);
    const { name } = findFunction(catalog, target.name);
    if (!catalog.functions[caller.name]?.mayInvoke.includes(name))
      throw denied(`The catalog does not allow ${caller.name} to invoke ${name}.`);
    if (others.length === 0) request.headers.traceparent = traceparentOf(caller.trace);
    await apiFor.get(caller.name)?.(request, response, { ...target, callers });
  }
  return (...call) => void answer(...call).catch((error: unknown) => respondWithError(call[2], error));
}
