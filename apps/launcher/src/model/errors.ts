import type { IncomingMessage, ServerResponse } from 'node:http';
import { NotInCatalog } from '@serverless-vote/catalog';
import { EngineError } from '@serverless-vote/engine';
import { BodyRefused } from '@serverless-vote/http-server/body';

/** Whose fault an error is decides who has to act: the caller, the function's author, or the platform's operator. */
export type Fault = 'caller' | 'function' | 'platform';

/**
 * The one table from errors to HTTP statuses. Types and codes follow AWS Lambda's Invoke API
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors); ServiceException is 503 here,
 * because what it reports (the database down, no container in time) is temporary.
 */
const TABLE = {
  InvalidParameterValueException: { status: 400, fault: 'caller' },
  RecursiveInvocationException: { status: 400, fault: 'caller' },
  InvalidRequestContentException: { status: 400, fault: 'caller' },
  AccessDeniedException: { status: 403, fault: 'caller' },
  ResourceNotFoundException: { status: 404, fault: 'caller' },
  MethodNotAllowedException: { status: 405, fault: 'caller' },
  ResourceConflictException: { status: 409, fault: 'caller' },
  RequestTooLargeException: { status: 413, fault: 'caller' },
  TooManyRequestsException: { status: 429, fault: 'caller' },
  InternalFailure: { status: 500, fault: 'platform' },
  ServiceException: { status: 503, fault: 'platform' },
} as const satisfies Record<string, { status: number; fault: Fault }>;

export type ErrorType = keyof typeof TABLE;

/** An error that maps to an HTTP response. Its message says what happened, why, and what to do. */
export class LauncherError extends Error {
  override name = 'LauncherError';
  readonly type: ErrorType;
  /** When to retry, in whole seconds; becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    type: ErrorType,
    message: string,
    options: { retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.type = type;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return TABLE[this.type].status;
  }

  get fault(): Fault {
    return TABLE[this.type].fault;
  }
}

/** The platform can't do it at the moment. */
export const unavailable = (message: string, retryAfterSeconds?: number, cause?: unknown): LauncherError =>
  new LauncherError('ServiceException', message, { retryAfterSeconds, cause });

const UNKNOWN = new LauncherError('InternalFailure', 'The launcher failed; its log has the details.');

export const denied = (why: string): LauncherError => new LauncherError('AccessDeniedException', why);

export const nothingThere = ({ method, url = '' }: IncomingMessage): LauncherError =>
  new LauncherError('ResourceNotFoundException', `There is no ${method} ${url.split('?', 1)[0]} here.`);

/** What callers may be told about an error: `otherwise`, unless it is ours, an engine's, or about their request. */
export function knownError(error: unknown, otherwise = UNKNOWN): LauncherError {
  if (error instanceof LauncherError) return error;
  if (error instanceof NotInCatalog) return new LauncherError('ResourceNotFoundException', error.message);
  if (error instanceof BodyRefused) {
    if (error.kind === 'too-large') return new LauncherError('RequestTooLargeException', error.message);
    return new LauncherError('TooManyRequestsException', error.message, { retryAfterSeconds: 1 });
  }
  if (!(error instanceof EngineError)) return otherwise;
  const { kind, message, retryAfterSeconds, cause } = error;
  const type = kind === 'misconfigured' ? 'InternalFailure' : 'ServiceException';
  return new LauncherError(type, message, { retryAfterSeconds, cause });
}

/** An error as an HTTP response in Lambda's format. Any other error is the platform's fault, and its details stay private. */
export function httpAnswer(error: unknown) {
  const known = knownError(error);
  return {
    status: known.status,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-ErrorType': known.type,
      ...(known.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(known.retryAfterSeconds) }),
    },
    body: JSON.stringify({ Type: known.fault === 'caller' ? 'User' : 'Service', Message: known.message }),
  };
}

/** Responds with an error; a response that has already begun is cut off. */
export function respondWithError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, headers, body } = httpAnswer(error);
  response.writeHead(status, headers).end(body);
}

export function respondWithJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}
