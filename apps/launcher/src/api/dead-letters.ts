import { beginningOf } from '@serverless-vote/contracts/text';
import type { Which } from '@serverless-vote/database/event-queue';
import type { Express, Request } from 'express';
import type { AsyncEvents } from '../async/async-events.ts';
import { LauncherError } from '../model/errors.ts';

const PATH = '/dead-letters';
const MOST_LISTED = 100;
/** Longer events are left out of the list. */
const LISTED_EVENT_CHARACTERS = 4096;

/**
 * The control API's endpoints for asynchronous events that failed three times: read, resend or delete one by its request ID, all of them,
 * or all of one function (`?function=`).
 */
export function mountDeadLetters(app: Express, asyncEvents: AsyncEvents): void {
  app.get(PATH, async (request, response) => {
    const letters = await asyncEvents.deadLetters(asked(request), MOST_LISTED);
    const total = asyncEvents.queues.reduce((sum, { dead }) => sum + dead, 0);
    const shown = letters.map((letter) => ({
      ...letter,
      event: letter.event.length > LISTED_EVENT_CHARACTERS ? null : letter.event,
    }));
    response.json({ total, deadLetters: shown });
  });
  app.get(`${PATH}/:requestId`, async (request, response) => {
    const [letter] = await asyncEvents.deadLetters(asked(request), 1);
    response.json(letter ?? notThere(request));
  });
  app.post([`${PATH}/resend`, `${PATH}/:requestId/resend`], async (request, response) => {
    const resent = await asyncEvents.resend(asked(request));
    response.status(202).json({ resent: someOf(resent, request) });
  });
  app.delete([PATH, `${PATH}/:requestId`], async (request, response) => {
    const deleted = await asyncEvents.drop(asked(request));
    response.json({ deleted: someOf(deleted, request) });
  });
}

/** A list may be empty; a dead letter requested by its ID has to exist. */
function someOf(letters: number, request: Request): number {
  return letters === 0 && request.params.requestId !== undefined ? notThere(request) : letters;
}

/** Which dead letters a request is about. A misspelt parameter must not come to mean all of them. */
function asked(request: Request): Which {
  const { params, query } = request;
  for (const name of Object.keys(query)) {
    if (name === 'function') continue;
    throw new LauncherError('InvalidParameterValueException', `There is no parameter ${name} here, only "function".`);
  }
  const name = query.function === undefined ? undefined : String(query.function);
  const requestId = params.requestId === undefined ? undefined : String(params.requestId);
  // Anything else can't be in a dead letter, and Postgres would reject some of it (NUL, for example).
  if (![name, requestId].every((word) => word === undefined || /^[\w-]{1,100}$/.test(word))) notThere(request);
  return { name, requestId };
}

function notThere({ params, query }: Request): never {
  const what =
    params.requestId === undefined ? `function ${String(query.function)}` : `request id ${String(params.requestId)}`;
  throw new LauncherError('ResourceNotFoundException', `No dead letter has the ${beginningOf(what, 120)}.`);
}
