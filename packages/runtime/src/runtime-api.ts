import { setTimeout as delay } from 'node:timers/promises';
import { env } from './env.ts';
import type { ErrorReport } from './errors.ts';
import { HttpConnection } from './http-connection.ts';
import { type HttpResponse, readResponse } from './http-response.ts';

const VERSION = '/2018-06-01/runtime';
/** The pause before an answer that was refused with 429 is sent again. */
const ROOM_AGAIN_MS = 50;
const token = env.runtimeToken === undefined ? '' : `Serverless-Vote-Token: ${env.runtimeToken}\r\n`;
/** Of every request. The token identifies this container where it has no socket of its own. */
export const HEADERS = `Host: runtime\r\n${token}`;

/** What a handler gets besides its event. */
export interface InvocationContext {
  requestId: string;
  /** Microseconds; the order in which the launcher accepted events. Kept over retries. Absent when run by hand. */
  acceptedAt: bigint | undefined;
  /** Milliseconds since 1970. A container that hasn't answered by then is killed. */
  deadlineMs: number;
  /** W3C Trace Context (https://www.w3.org/TR/trace-context/), for requests that the handler sends. Absent when run by hand. */
  traceparent: string | undefined;
}

/** An event in flight. */
export interface Invocation {
  context: InvocationContext;
  payload: Buffer;
}

/** What a handler returned or threw. */
export type Outcome = { result: string } | { error: ErrorReport };

/** A client of AWS Lambda's Runtime API, with a connection of its own. */
export class RuntimeApi {
  readonly #address: string;
  readonly #connection: HttpConnection;

  constructor(address: string) {
    this.#address = address;
    this.#connection = new HttpConnection(address, HEADERS);
  }

  /** Long-polls for an event; `undefined` when there are no more. */
  async next(): Promise<Invocation | undefined> {
    const response = await this.#connection.request('GET', `${VERSION}/invocation/next`);
    if (response.status === 410) return undefined;
    if (response.status !== 200) throw new Error(`The Runtime API answered ${describe(response)} to \`next\``);
    return readInvocation(response);
  }

  /** Posts an event's outcome. */
  async answer(requestId: string, outcome: Outcome): Promise<void> {
    const path = `${VERSION}/invocation/${requestId}`;
    const postOver = (connection: HttpConnection) =>
      'result' in outcome
        ? connection.request('POST', `${path}/response`, outcome.result)
        : postError(connection, `${path}/error`, outcome.error);
    let response = await postOver(this.#connection);
    // This connection is already polling for the next event. A container that hasn't answered by the event's deadline is killed.
    while (response.status === 429) {
      await delay(ROOM_AGAIN_MS);
      const another = new HttpConnection(this.#address, HEADERS);
      response = await postOver(another).finally(() => another.close());
    }
    // The answer was refused (too large or too late, for example). That doesn't affect the next event.
    if (response.status >= 300) console.error(`The Runtime API answered ${describe(response)} to a result`);
  }

  /** Reports that the function can't start. */
  async initError(error: ErrorReport): Promise<void> {
    await postError(this.#connection, `${VERSION}/init/error`, error);
  }

  close(): void {
    this.#connection.close();
  }
}

function postError(connection: HttpConnection, path: string, error: ErrorReport): Promise<HttpResponse> {
  // A header is one line of ASCII; a thrown object's name can be anything.
  const errorType = error.errorType.replaceAll(/[^\w.]/g, '') || 'Error';
  const headers = `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n`;
  return connection.request('POST', path, JSON.stringify(error), headers);
}

/** Parses an artificial event, so that the code is compiled before the first real one. */
export function rehearseNext(): Invocation {
  const response =
    'HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: rehearsal\r\nTraceparent: none\r\nServerless-Vote-Accepted-At: 1\r\n' +
    'Lambda-Runtime-Deadline-Ms: 1\r\nContent-Length: 2\r\n\r\n{}';
  return readInvocation((readResponse(Buffer.from(response)) as { response: HttpResponse }).response);
}

function readInvocation({ headers, body }: HttpResponse): Invocation {
  const acceptedAt = headers.get('serverless-vote-accepted-at');
  return {
    context: {
      requestId: headers.get('lambda-runtime-aws-request-id') ?? '',
      acceptedAt: acceptedAt === undefined ? undefined : BigInt(acceptedAt),
      deadlineMs: Number(headers.get('lambda-runtime-deadline-ms')),
      traceparent: headers.get('traceparent'),
    },
    payload: body,
  };
}

function describe(response: HttpResponse): string {
  return `${response.status} ${response.body.toString()}`.trim();
}
