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

/** The Invoke API at the containers of functions: for each the functions that the catalog allows it, and nothing else. */
export function functionCalls({ catalog, ...parts }: CallParts): AnswerCall {
  const invokeFor = new Map(
    Object.keys(catalog.functions).map((name) => [
      name,
      invokeApi({ ...parts, bodies: new ByteBudget(EVENTS_AT_ONCE) }),
    ]),
  );
  async function answer(callers: readonly Invocation[], request: IncomingMessage, response: ServerResponse) {
    const [{ name = '', trace } = {}] = callers;
    const target = targetOf(request);
    if (!target) throw nothingThere(request);
    const callee = findFunction(catalog, target.name).name;
    if (!catalog.functions[name]?.mayInvoke.includes(callee))
      throw denied(`The catalog does not allow ${name} to invoke ${callee}.`);
    if (trace && callers.length === 1) request.headers.traceparent = traceparentOf(trace);
    await invokeFor.get(name)?.(request, response, { ...target, callers });
  }
  return (...call) => void answer(...call).catch((error: unknown) => respondWithError(call[2], error));
}
