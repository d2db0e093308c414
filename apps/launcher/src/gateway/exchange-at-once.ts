import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { HttpConnection, UnreadableResponse } from '@serverless-vote/runtime/http-connection';
import { ANSWERS_WITHIN_MS, dropHeaders, type Exchange, originForm, secureCookies } from './exchange.ts';
import type { Target } from './ingress.ts';

/** Web answers a vote with a receipt, a redirect or a short page. Each is kept until it is complete, and 2,000 may be in progress. */
const ANSWER_LIMIT = 64 * 1024;
const MOST_IDLE = 64;
/** Of HTTP: what is no header is not passed on. */
const FIELD = /^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*$/;

/** Connections of each replica without a request. */
const idle = new WeakMap<Target, HttpConnection[]>();

/**
 * As `exchange`, for votes, whose answers are small: with the functions' own HTTP client, which takes half of the CPU time of
 * Node's. The answer is passed on when it is complete.
 */
export async function exchangeAtOnce(
  { url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  { target, body, secure = false, withinMs = ANSWERS_WITHIN_MS }: Exchange,
): Promise<Error | undefined> {
  const connections = idle.get(target) ?? [];
  idle.set(target, connections);
  let connection = connections.pop();
  while (connection?.isLost) connection = connections.pop();
  const used = connection ?? new HttpConnection(addressOf(target), '', ANSWER_LIMIT);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    used.close();
  }, withinMs);
  const leave = () => used.close();
  response.once('close', leave);
  try {
    const { status, fields, body: answer } = await used.request('POST', originForm(url), body, linesOf(headers));
    const answered = headersOf(fields);
    if (!(status >= 200)) throw new Error('it announces its answer, switches protocols, or speaks another one');
    if (/close/i.test(String(answered.connection)) || connections.length >= MOST_IDLE) used.close();
    else connections.push(used);
    dropHeaders(answered);
    if (secure) secureCookies(answered);
    response.writeHead(status > 599 ? 502 : status, { ...answered, 'content-length': answer.length }).end(answer);
    return undefined;
  } catch (error) {
    used.close();
    if (response.destroyed) return undefined;
    const { cause } = error as Error;
    if (isLate) return new Error('it did not answer in time');
    return cause instanceof Error ? cause : (error as Error);
  } finally {
    clearTimeout(timer);
    response.off('close', leave);
  }
}

const addressOf = (target: Target): string =>
  'socketPath' in target ? target.socketPath : `${target.host}:${target.port}`;

function linesOf(headers: IncomingMessage['headers']): string {
  let lines = '';
  for (const [name, value] of Object.entries(headers)) if (name !== 'content-length') lines += `${name}: ${value}\r\n`;
  return lines;
}

/** @throws {UnreadableResponse} */
function headersOf(fields: readonly string[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = Object.create(null);
  for (const field of fields) {
    if (!FIELD.test(field)) throw new UnreadableResponse('web sends a header that is none');
    const colon = field.indexOf(':');
    const [name, value] = [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    if (name === 'set-cookie') headers[name] = [...(headers[name] ?? []), value];
    else headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
