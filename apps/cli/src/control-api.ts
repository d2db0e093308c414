import { ControlError, Unreachable } from './exit-codes.ts';

/** Longer than any function's deadline, which is 15 minutes at most. */
const LONGEST_MS = 16 * 60_000;

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** For endless streams: the time-out applies only until the response begins. */
  endless?: boolean;
}

/** A client of the control API. */
export class ControlApi {
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  /** @throws {ControlError} when the control API answers with an error; {Unreachable} when it doesn't answer */
  async send(path: string, { endless = false, ...sent }: Sent = {}): Promise<Response> {
    const signal = endless ? undefined : AbortSignal.timeout(LONGEST_MS);
    const response = await fetch(new URL(path, this.#url), { ...sent, ...(signal && { signal }) }).catch((error) => {
      const why = error.cause?.code ?? error.cause?.message ?? error.message;
      throw new Unreachable(
        `The control API does not answer at ${this.#url.origin} (${why}). Is the stack running (make run)? For another port, use CONTROL_PORT or --url.`,
      );
    });
    if (response.ok) return response;
    const text = await response.text();
    const type = response.headers.get('x-amzn-errortype') ?? 'Error';
    throw new ControlError(response.status, type, messageIn(text) ?? `${response.status} ${response.statusText}`);
  }

  async json<Body>(path: string, sent?: Sent): Promise<Body> {
    return (await this.send(path, sent)).json() as Promise<Body>;
  }
}

export const functionPath = (name: string, rest = ''): string =>
  `/2015-03-31/functions/${encodeURIComponent(name)}${rest}`;

function messageIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { Message?: string }).Message;
  } catch {
    return undefined;
  }
}
