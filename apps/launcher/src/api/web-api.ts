import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Catalog } from '@serverless-vote/catalog';
import { isSameSecret } from '@serverless-vote/contracts/secret';
import { denied, LauncherError, nothingThere, respondWithError, respondWithJson } from '../model/errors.ts';
import { answerHealth, type Health } from './health.ts';
import { type InvokeParts, invokeApi, targetOf } from './invocations.ts';
import type { Killed } from './kill-at-work.ts';

/** Twice the gateway's limit for a body: web needs no larger events, and parsing 6 MB of JSON would block the launcher. */
const EVENT_LIMIT = 64 * 1024;

interface WebApiParts extends Omit<InvokeParts, 'asyncEvents' | 'eventLimit'> {
  catalog: Catalog;
  presenter: { key: string | undefined; kill: (name: string) => Promise<Killed> };
  health: () => Promise<Health>;
  /** Does this request come from web? */
  knowsWeb: (request: IncomingMessage) => boolean;
}

/** Web's socket to the control API: synchronous invocations of the functions that the catalog allows, the presenter's kill, health, and nothing else. */
export function webApi({ catalog, invoker, bodies, presenter, health, knowsWeb }: WebApiParts): RequestListener {
  const mayInvoke = (name: string) => catalog.services.web.mayInvoke.includes(name);
  const invoke = invokeApi({ invoker, bodies, eventLimit: EVENT_LIMIT });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!knowsWeb(request)) throw denied('Only web may call this API, each container with its own token.');
    const target = targetOf(request);
    if (target && mayInvoke(target.name)) return invoke(request, response, target);
    if (target) throw denied('The catalog does not allow web to invoke this function.');
    const [path, query] = (request.url ?? '').split('?', 2);
    const route = `${request.method} ${path}`;
    if (route === 'GET /healthz') return answerHealth(response, await health());
    if (route === 'POST /presenter/kill') return kill(request, response, new URLSearchParams(query).get('name') ?? '');
    throw nothingThere(request);
  }
  async function kill({ headers }: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    if (!isSameSecret(presenter.key && `Bearer ${presenter.key}`, headers.authorization))
      throw denied('Only the presenter may do this; `make run` prints the key.');
    if (!mayInvoke(name))
      throw new LauncherError('ResourceNotFoundException', 'The catalog does not allow web to use this function.');
    respondWithJson(response, 200, await presenter.kill(name));
  }
  return (request, response) =>
    void answer(request, response).catch((error: unknown) => respondWithError(response, error));
}
