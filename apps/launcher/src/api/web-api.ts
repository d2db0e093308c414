import type { Catalog } from '@serverless-vote/catalog';
import { isSameSecret } from '@serverless-vote/contracts/secret';
import type { Express, Request } from 'express';
import { LauncherError } from '../model/errors.ts';
import { FUNCTIONS } from '../model/invocation.ts';
import { finish, newApp, refuse } from './express-app.ts';
import { type Health, mountHealth } from './health.ts';
import { type InvokeParts, mountInvoke } from './invocations.ts';
import type { Killed } from './kill-at-work.ts';

/** Twice the gateway's limit for a body: web needs no larger events, and parsing 6 MB of JSON would block the launcher. */
const EVENT_LIMIT = 64 * 1024;

interface WebApiParts extends Omit<InvokeParts, 'asyncEvents' | 'eventLimit'> {
  catalog: Catalog;
  presenter: { key: string | undefined; kill: (name: string) => Promise<Killed> };
  health: () => Promise<Health>;
  /** Does this request come from web? */
  knowsWeb: (request: Request) => boolean;
}

/** Web's socket to the control API: synchronous invocations of the functions that the catalog allows, the presenter's kill, health, and nothing else. */
export function webApi({ catalog, invoker, bodies, presenter, health, knowsWeb }: WebApiParts): Express {
  const app = newApp();
  const mayInvoke = (name: unknown) => catalog.services.web.mayInvoke.includes(String(name));
  const isPresenter = (request: Request) =>
    isSameSecret(presenter.key && `Bearer ${presenter.key}`, request.get('authorization'));
  app.use(refuse((request) => !knowsWeb(request) && 'Only web may call this API, each container with its own token.'));
  mountHealth(app, health);
  app.post(
    '/presenter/kill',
    refuse((request) => !isPresenter(request) && 'Only the presenter may do this; `make run` prints the key.'),
    async ({ query }, response) => {
      if (mayInvoke(query.name)) return void response.json(await presenter.kill(String(query.name)));
      throw new LauncherError('ResourceNotFoundException', 'The catalog does not allow web to use this function.');
    },
  );
  app.use(
    `${FUNCTIONS}/:name`,
    refuse(({ params }) => !mayInvoke(params.name) && 'The catalog does not allow web to invoke this function.'),
  );
  mountInvoke(app, { invoker, bodies, eventLimit: EVENT_LIMIT });
  return finish(app);
}
