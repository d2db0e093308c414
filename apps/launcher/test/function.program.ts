import { once } from 'node:events';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '@serverless-vote/runtime';

/** A function that does what its event says; some misbehave from their start, depending on their name. */
interface Deed {
  do?: 'answer' | 'hold' | 'exit' | 'throw' | 'call' | 'call-raw' | 'later';
  /** `hold`: the file whose appearance lets it continue. */
  until?: string;
  status?: number;
  errorType?: string;
  message?: string;
  /** `call`: the function, its event, and for `call-raw` the headers. `until` comes first. */
  name?: string;
  event?: object;
  headers?: http.OutgoingHttpHeaders;
  megabytes?: number;
}

/** As a client that knows nothing of our runtime. */
async function callRaw({ name: callee = '', event = {}, headers = {}, megabytes = 0 }: Deed): Promise<object> {
  const body = JSON.stringify({ ...event, padding: 'x'.repeat(megabytes * 1024 * 1024) });
  const path = `/2015-03-31/functions/${callee}/invocations`;
  const request = http.request({ socketPath, method: 'POST', path, headers }).end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, body: JSON.parse((await response.toArray()).join('') || 'null') };
}

// biome-ignore lint/style/noProcessEnv: what the launcher tells it
const { AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_RUNTIME_API: socketPath = '' } = process.env;
if (name === 'never-asks' || name === 'stays') setInterval(() => undefined, 1e6);
if (name === 'stays') http.get({ socketPath, path: '/2018-06-01/runtime/invocation/next' });
else if (name === 'never-asks') process.title = name;
else if (name === 'ends-at-start') process.exit(3);
else
  void serve({
    async connect() {
      if (name === 'fails-at-start') throw new TypeError('no such thing');
      return {};
    },
    async handle(event: Deed, { invoke, invokeLater, deadlineMs, traceparent }) {
      const { do: deed = 'answer', until = '', status, errorType, message, name: callee = '' } = event;
      while (until !== '' && !existsSync(until)) await delay(2);
      if (deed === 'call') return { traceparent, deadlineMs, of: await invoke(callee, event.event) };
      if (deed === 'call-raw') return callRaw(event);
      if (deed === 'later') return { requestId: await invokeLater(callee, event.event, { delaySeconds: 30 }) };
      if (deed === 'exit') process.exit(status);
      if (deed === 'throw') throw Object.assign(new Error(message), { name: errorType });
      return { pid: process.pid };
    },
    disconnect: async () => undefined,
  });
