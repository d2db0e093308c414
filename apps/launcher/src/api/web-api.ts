import { isSameSecret } from '@serverless-vote/contracts/secret';
import type { Express, Request } from 'express';
import type { ByteBudget } from '../http/body.ts';
import type { Invoker } from '../invoke/invoker.ts';
import type { Catalog } from '../model/catalog.ts';
import { LauncherError } from '../model/errors.ts';
import { finish, newApp } from './express-app.ts';
import { type Health, mountHealth } from './health.ts';
import { FUNCTIONS, mountInvoke } from './invocations.ts';
import type { KillAtWork } from './kill-at-work.ts';

interface WebApiParts {
  catalog: Catalog;
  invoker: Invoker;
  bodies: ByteBudget;
  presenter: { key: string | undefined; killAtWork: KillAtWork };
  health: () => Promise<Health>;
  /** Does this request come from web? */
  knowsWeb: (request: Request) => boolean;
}

/** Web's socket to the control API: invocations of what the catalog allows it, none of them asynchronous, a kill for the presenter, health, and nothing else. */
export function webApi({ catalog, invoker, bodies, presenter, health, knowsWeb }: WebApiParts): Express {
  const app = newApp();
  app.use((request, _response, next) => {
    if (knowsWeb(request)) return next();
    throw new LauncherError('AccessDeniedException', 'Only web may come this way, each container with its own token.');
  });
  mountHealth(app, health);
  app.post('/presenter/kill', async (request, response) => {
    if (!isSameSecret(presenter.key && `Bearer ${presenter.key}`, request.get('authorization')))
      throw new LauncherError('AccessDeniedException', 'Only the presenter may do this; `make run` prints the key.');
    const name = String(request.query.name ?? '');
    if (!catalog.web.mayInvoke.includes(name))
      throw new LauncherError('ResourceNotFoundException', 'The catalog does not let web near this function.');
    response.json(await presenter.killAtWork.next(name));
  });
  app.use(`${FUNCTIONS}/:name`, (request, _response, next) => {
    if (catalog.web.mayInvoke.includes(request.params.name)) return next();
    throw new LauncherError('AccessDeniedException', 'The catalog does not allow web to invoke this function.');
  });
  mountInvoke(app, { invoker, bodies });
  return finish(app);
}
