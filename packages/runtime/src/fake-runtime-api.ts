import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** The launcher's side of the Runtime API, for tests: the test decides what each `next` gets. */
export class FakeRuntimeApi {
  readonly #folder = mkdtempSync(join(tmpdir(), 'runtime-api-'));
  readonly address = join(this.#folder, 'api.sock');
  readonly #server = createServer((request, response) => this.#serve(request, response));
  readonly #parked: ServerResponse[] = [];
  readonly #waiting: ((response: ServerResponse) => void)[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<{ path: string; body: unknown }>>();
  readonly initErrors: unknown[] = [];
  /** Status of the response to an answer; and how many answers are refused with 429 before that. */
  acknowledgement = 202;
  crowded = 0;
  #events = 0;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.address, resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How many polls are waiting for an event. */
  get parked(): number {
    return this.#parked.length;
  }

  /** Hands an event to the next poll. @returns the answer to it, and its path */
  async give(payload: string, requestId = `request-${++this.#events}`) {
    const answer = Promise.withResolvers<{ path: string; body: unknown }>();
    this.#answers.set(requestId, answer);
    const next = await this.#next();
    next.setHeader('Lambda-Runtime-Aws-Request-Id', requestId);
    next.setHeader('Lambda-Runtime-Deadline-Ms', 1_900_000_000_000);
    next.setHeader('Serverless-Vote-Accepted-At', '1700000000000001');
    next.setHeader('Traceparent', TRACEPARENT);
    next.end(payload);
    return { requestId, answer: answer.promise };
  }

  async noMoreWork(): Promise<void> {
    (await this.#next()).writeHead(410).end();
  }

  #next(): Promise<ServerResponse> {
    const parked = this.#parked.shift();
    return parked ? Promise.resolve(parked) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.replace('/2018-06-01/runtime/', '') ?? '';
    if (path === 'invocation/next') {
      const waiting = this.#waiting.shift();
      if (waiting) waiting(response);
      else this.#parked.push(response);
      return;
    }
    const body = JSON.parse((await request.toArray()).join(''));
    if (this.crowded > 0) {
      this.crowded -= 1;
      return void response.writeHead(429).end();
    }
    response.writeHead(this.acknowledgement).end();
    if (path === 'init/error') this.initErrors.push(body);
    else this.#answers.get(path.split('/')[1] ?? '')?.resolve({ path: path.split('/')[2] ?? '', body });
  }
}
