import type { IncomingMessage } from 'node:http';
import { type Catalog, findFunction } from '@serverless-vote/catalog';
import { traceparentOf } from '@serverless-vote/contracts/trace-context';
import { ByteBudget } from '@serverless-vote/http-server/body';
import { FUNCTIONS, type Invocation } from '../model/invocation.ts';
import type { AnswerCall } from '../sandbox/runtime-client.ts';
import { finish, newApp, refuse } from './express-app.ts';
import { type InvokeParts, mountInvoke } from './invocations.ts';

/** For the events and large results of one function's calls, so that no function can keep others from calling. */
const EVENTS_AT_ONCE = 16 * 1024 * 1024;

type CallParts = Pick<InvokeParts, 'invoker' | 'asyncEvents'> & { catalog: Catalog };

/** The Invoke API at the containers of functions: for each the functions that the catalog allows it, and nothing else. */
export function functionCalls({ catalog, ...parts }: CallParts): AnswerCall {
  const callersOf = new WeakMap<IncomingMessage, readonly Invocation[]>();
  const appOf = (name: string, mayInvoke: readonly string[]) => {
    const app = newApp();
    app.use(
      `${FUNCTIONS}/:name`,
      refuse(({ params }) => {
        const callee = findFunction(catalog, String(params.name)).name;
        return !mayInvoke.includes(callee) && `The catalog does not allow ${name} to invoke ${callee}.`;
      }),
    );
    const bodies = new ByteBudget(EVENTS_AT_ONCE);
    mountInvoke(app, { ...parts, bodies, callersOf: (request) => callersOf.get(request) });
    return finish(app);
  };
  const functions = Object.entries(catalog.functions).filter(([, { mayInvoke }]) => mayInvoke.length > 0);
  const apps = new Map(functions.map(([name, { mayInvoke }]) => [name, appOf(name, mayInvoke)]));
  return (callers, request, response) => {
    const [caller, ...others] = callers;
    callersOf.set(request, callers);
    if (caller && others.length === 0) request.headers.traceparent = traceparentOf(caller.trace);
    apps.get(caller?.name ?? '')?.(request, response);
  };
}
