import http from 'node:http';

/** A bare client of the results' stream, which says when it has heard something. */
export class Stream {
  readonly #request: http.ClientRequest;
  #expected: { line: RegExp; hear: (at: number) => void } | undefined;

  private constructor(request: http.ClientRequest, response: http.IncomingMessage) {
    this.#request = request;
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const at = performance.now();
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      if (!lines.some((line) => this.#expected?.line.test(line))) return;
      this.#expected?.hear(at);
      this.#expected = undefined;
    });
    for (const each of [request, response]) each.on('error', () => undefined);
  }

  static async open(port: number): Promise<Stream> {
    const request = http.get({ host: '127.0.0.1', port, path: '/streams/results', agent: false });
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    return new Stream(request, response);
  }

  /** Resolves with the time of the next line like this, by this process' clock. */
  hears(line: RegExp): Promise<number> {
    return new Promise((hear) => {
      this.#expected = { line, hear };
    });
  }

  close(): void {
    this.#request.destroy();
  }
}
