import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Catalog, type FunctionEntry, findFunction } from '@serverless-vote/catalog';
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
  const callersOf = new WeakMap<IncomingMessage, readonly Invocation[]>();
  const apiOf = ([name, { mayInvoke }]: [string, FunctionEntry]) => {
    const bodies = new ByteBudget(EVENTS_AT_ONCE);
    const invoke = invokeApi({ ...parts, bodies, callersOf: (request) => callersOf.get(request) });
    return async (request: IncomingMessage, response: ServerResponse) => {
      const target = targetOf(request);
      if (!target) throw nothingThere(request);
      const callee = findFunction(catalog, target.name).name;
      if (!mayInvoke.includes(callee)) throw denied(`The catalog does not allow ${name} to invoke ${callee}.`);
      await invoke(request, response, target);
    };
  };
  const apis = new Map(Object.entries(catalog.functions).map((each) => [each[0], apiOf(each)]));
  return (callers, request, response) => {
    const [caller, ...others] = callers;
    callersOf.set(request, callers);
    if (caller && others.length === 0) request.headers.traceparent = traceparentOf(caller.trace);
    apis
      .get(caller?.name ?? '')?.(request, response)
      .catch((error: unknown) => respondWithError(response, error));
  };
}
