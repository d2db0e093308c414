import type http from 'node:http';
import { limitedServer } from '@serverless-vote/http-server/server';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { denied, LauncherError, nothingThere, respondWithError } from '../model/errors.ts';

/** An invocation may take its catalog's deadline, so silence is no sign here. */
const LIMITS = { connections: 2_000, requests: 4_000, headersMs: 10_000, requestMs: 30_000, silentMs: 0 };

/** An app that adds no headers of its own to responses. */
export function newApp(): express.Express {
  return express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
}

/** Call this last: every route that is not mounted by then answers 404, and errors are answered in Lambda's format. */
export function finish(app: express.Express): express.Express {
  app.use((request: Request) => {
    throw nothingThere(request);
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    respondWithError(response, explain(error)),
  );
  return app;
}

/** A server, not listening yet. @param keepAliveMs how long a connection may stay open between two requests */
export const serverOf = (app: http.RequestListener, keepAliveMs: number): http.Server =>
  limitedServer({ ...LIMITS, keepAliveMs }, app);

/** Refuses requests, saying why. */
export const refuse =
  (whyNot: (request: Request) => string | false | undefined): RequestHandler =>
  (request, _response, next) => {
    const why = whyNot(request);
    if (why) throw denied(why);
    next();
  };

/** The router's own errors, in our words. */
function explain(error: unknown): unknown {
  const { status } = error as { status?: number };
  if (status === undefined || status >= 500 || error instanceof LauncherError) return error;
  const why = error instanceof Error ? error.message : status;
  return new LauncherError('InvalidRequestContentException', `The request could not be read: ${why}.`);
}
