import type { ServerResponse } from 'node:http';
import { httpAnswer } from '../model/errors.ts';

/** Answers with an error in Lambda's shape, unless an answer has begun: that one is broken off. */
export function respondWithError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, headers, body } = httpAnswer(error);
  response.writeHead(status, headers).end(body);
}
