import { existsSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '@serverless-vote/runtime';

/** A function that does what its event says; some misbehave from their start, depending on their name. */
interface Deed {
  do?: 'answer' | 'hold' | 'exit' | 'throw';
  /** `hold`: the file whose appearance lets it continue. */
  until?: string;
  status?: number;
  errorType?: string;
  message?: string;
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
    async handle({ do: deed = 'answer', until = '', status, errorType, message }: Deed) {
      if (deed === 'hold') while (!existsSync(until)) await delay(2);
      if (deed === 'exit') process.exit(status);
      if (deed === 'throw') throw Object.assign(new Error(message), { name: errorType });
      return { pid: process.pid };
    },
    disconnect: async () => undefined,
  });
