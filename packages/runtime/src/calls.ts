import { env } from './env.ts';
import { HttpConnection } from './http-connection.ts';
import { HEADERS } from './runtime-api.ts';

/** How a function invokes others: those that the catalog's `mayInvoke` allows it. */
export interface Calls {
  /**
   * Runs another function and returns its result, within the time that is left.
   * @throws an error whose name and message are those of the function, or of the launcher's refusal
   */
  invoke(name: string, event?: unknown): Promise<unknown>;
  /** Sends an event that nobody waits for, due at once or up to 900 seconds later. Returns its request ID once it is committed. */
  invokeLater(name: string, event?: unknown, options?: { delaySeconds?: number }): Promise<string>;
}

/** Calls for the event with this request ID. Each has a connection of its own. */
export function callsFor(requestId: string): Calls {
  const post = async (name: string, event: unknown, headers = '') => {
    if (!env.runtimeApi) throw new Error('A function that is run by hand can invoke no others.');
    const connection = new HttpConnection(env.runtimeApi, HEADERS);
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const about = `Lambda-Runtime-Aws-Request-Id: ${requestId}\r\n${headers}`;
    const sent = connection.request('POST', path, JSON.stringify(event), about);
    const response = await sent.finally(() => connection.close());
    if (response.status < 300 && !response.headers.has('x-amz-function-error')) return response;
    const { errorType, errorMessage, Message } = JSON.parse(response.body.toString()) as Record<string, string>;
    const type = response.headers.get('x-amzn-errortype') ?? errorType ?? 'Error';
    throw Object.assign(new Error(Message ?? errorMessage), { name: type });
  };
  return {
    invoke: async (name, event = {}) => JSON.parse((await post(name, event)).body.toString()),
    async invokeLater(name, event = {}, { delaySeconds = 0 } = {}) {
      const delay = `X-Amz-Invocation-Type: Event\r\nX-Serverless-Vote-Delay-Seconds: ${delaySeconds}\r\n`;
      return (await post(name, event, delay)).headers.get('x-amzn-requestid') ?? '';
    },
  };
}
