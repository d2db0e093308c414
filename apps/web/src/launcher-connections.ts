import { HttpConnection, UnreadableResponse } from '@serverless-vote/runtime/http-connection';
import type { HttpResponse } from '@serverless-vote/runtime/http-response';
import { env } from './env.ts';
import { InvocationError } from './invocation-error.ts';

/** Longer than any function's deadline, because the launcher's own error says more than a time-out here. */
const TIMEOUT_MS = 20_000;
/** Pages need less. A compromised function could send 6 MB of brackets, which would exhaust web's memory and CPU. */
const RESPONSE_LIMIT = 64 * 1024;
const MOST_IDLE = 256;

/** Kept-alive connections without a request. Each has at most one, so that a vote that waits holds up no other. */
const idle: HttpConnection[] = [];

/**
 * Posts to the launcher's socket for web. With the functions' own HTTP client, which takes a third of the CPU time of Node's.
 * @param limitBytes of the response, if it may be longer than others; then it has a connection of its own
 * @throws {InvocationError} when there is no complete response
 */
export async function post(
  path: string,
  body: string,
  headers: Record<string, string>,
  limitBytes = RESPONSE_LIMIT,
): Promise<HttpResponse> {
  const isUsual = limitBytes === RESPONSE_LIMIT;
  const kept = isUsual ? idle.pop() : undefined;
  if (kept?.isLost) return post(path, body, headers);
  const connection = kept ?? newConnection(limitBytes);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.close();
  }, TIMEOUT_MS);
  try {
    const response = await connection.request('POST', path, body, linesOf(headers));
    if (isUsual && idle.length < MOST_IDLE) idle.push(connection);
    else connection.close();
    return response;
  } catch (error) {
    const { message, cause } = error as Error;
    if (cause instanceof UnreadableResponse) throw new InvocationError('failed', cause.message);
    // The launcher closed an idle connection just as we reused it. Our functions are idempotent, so a retry is safe.
    if (kept && !isLate) return post(path, body, headers);
    // A refused connection means that the launcher is starting or stopping.
    throw new InvocationError('unavailable', isLate ? 'the launcher did not answer in time' : message);
  } finally {
    clearTimeout(timer);
  }
}

function newConnection(limitBytes: number): HttpConnection {
  const { CONTROL_ADDRESS, CONTROL_TOKEN } = env();
  const token = CONTROL_TOKEN ? `Serverless-Vote-Token: ${CONTROL_TOKEN}\r\n` : '';
  return new HttpConnection(CONTROL_ADDRESS, `Host: launcher\r\n${token}`, limitBytes);
}

const linesOf = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
