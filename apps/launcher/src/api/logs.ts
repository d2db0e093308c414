import { type Catalog, findFunction } from '@serverless-vote/catalog';
import type { Express } from 'express';
import { LauncherError } from '../model/errors.ts';
import { asJson, type FunctionLogs, KEPT_LINES } from '../telemetry/function-logs.ts';

/** The logs of a function, as in OpenFaaS: `?name=`, `tail=` for at most this many lines, `follow=1` for new lines. */
export function mountLogs(app: Express, catalog: Catalog, logs: FunctionLogs): void {
  app.get('/system/logs', ({ query }, response) => {
    const { name } = findFunction(catalog, String(query.name ?? ''));
    const most = Number(query.tail ?? KEPT_LINES);
    if (!Number.isInteger(most) || most < 0) {
      const message = `"tail" is a number of lines, at most ${KEPT_LINES} of which are kept.`;
      throw new LauncherError('InvalidParameterValueException', message);
    }
    if (query.follow === '1' || query.follow === 'true') return logs.follow(name, most, response);
    response.type('application/x-ndjson').set('Cache-Control', 'no-cache, no-transform');
    response.end(logs.tail(name, most).map(asJson).join(''));
  });
}
