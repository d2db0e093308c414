import type { Express, Request, Response } from 'express';
import { type Catalog, findFunction } from '../model/catalog.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';

/** What is remembered of each function's output. */
const KEPT = { lines: 200, characters: 64 * 1024 };
const HEARTBEAT_MS = 15_000;
/** What a reader may be behind before lines are left out for it. */
const BUFFER_LIMIT = 256 * 1024;

/** One line that a function has written, in the shape of OpenFaaS' logs, and with what it belongs to. */
export interface LogLine {
  timestamp: string;
  name: string;
  /** The container that wrote it. */
  instance: string;
  requestId: string | undefined;
  traceId: string | undefined;
  text: string;
}

/** The last lines of every function, for who comes later; all of them are in the launcher's own log. */
export class FunctionLogs {
  readonly #lines = new Map<string, LogLine[]>();
  readonly #bus: EventBus;

  constructor(bus: EventBus) {
    this.#bus = bus;
    this.follow((line) => this.#keep(line));
  }

  /** The last `most` lines of a function, the oldest first. */
  tail(name: string, most: number): LogLine[] {
    const lines = this.#lines.get(name) ?? [];
    return lines.slice(Math.max(0, lines.length - most));
  }

  /** Calls `listener` for every line from now on; the returned function ends it. */
  follow(listener: (line: LogLine) => void): () => void {
    return this.#bus.subscribe((event) => {
      if (event.type !== 'output') return;
      const { at: timestamp, name, containerId: instance, requestId, traceId, text } = event;
      listener({ timestamp, name, instance, requestId, traceId, text });
    });
  }

  #keep(line: LogLine): void {
    const lines = this.#lines.get(line.name) ?? [];
    lines.push(line);
    let characters = lines.reduce((sum, { text }) => sum + text.length, 0);
    while (lines.length > KEPT.lines || characters > KEPT.characters) characters -= lines.shift()?.text.length ?? 0;
    this.#lines.set(line.name, lines);
  }
}

/** The control API's endpoint to the logs of a function, as OpenFaaS has it: `?name=`, `tail=` for at most so many lines, `follow=1` for what comes. */
export function mountFunctionLogs(app: Express, catalog: Catalog, logs: FunctionLogs): void {
  app.get('/system/logs', (request, response) => {
    const { name } = findFunction(catalog, String(request.query.name ?? ''));
    const tail = logs.tail(name, wantedLines(request));
    response.type('application/x-ndjson').set('Cache-Control', 'no-cache, no-transform');
    for (const line of tail) response.write(`${JSON.stringify(line)}\n`);
    const { follow = '0' } = request.query;
    if (follow !== '1' && follow !== 'true') return void response.end();
    response.flushHeaders();
    keepFollowing(response, name, logs);
  });
}

function wantedLines({ query }: Request): number {
  const most = Number(query.tail ?? KEPT.lines);
  if (Number.isInteger(most) && most >= 0) return most;
  throw new LauncherError(
    'InvalidParameterValueException',
    `"tail" is a number of lines, at most ${KEPT.lines} of which are kept.`,
  );
}

function keepFollowing(response: Response, name: string, logs: FunctionLogs): void {
  const unsubscribe = logs.follow((line) => {
    if (line.name === name && response.writableLength < BUFFER_LIMIT) response.write(`${JSON.stringify(line)}\n`);
  });
  const heartbeat = setInterval(() => response.write('\n'), HEARTBEAT_MS);
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
}
