import type { ServerResponse } from 'node:http';
import { JSON_LINES, Viewers } from '@serverless-vote/http-server/server-sent-events';
import type { EventBus } from '../model/event-bus.ts';

/** How much of each function's output is kept. */
export const KEPT_LINES = 200;
const KEPT_CHARACTERS = 64 * 1024;
/** How far a reader may fall behind before it misses lines, in bytes. */
const BUFFER_LIMIT = 256 * 1024;

/** One line of a function's output, in the format of OpenFaaS' logs, with its container and request. */
export interface LogLine {
  timestamp: string;
  name: string;
  /** The container that wrote it. */
  instance: string;
  requestId: string | undefined;
  traceId: string | undefined;
  text: string;
}

/** The last lines of every function, for readers that connect later; the launcher's own log has all lines. */
export class FunctionLogs {
  readonly #functions = new Map<string, { lines: LogLine[]; readers: Viewers }>();

  constructor(bus: EventBus) {
    bus.subscribe((event) => {
      if (event.type !== 'output') return;
      const { at: timestamp, name, containerId: instance, requestId, traceId, text } = event;
      this.#keep({ timestamp, name, instance, requestId, traceId, text });
    });
  }

  /** The last `most` lines of a function, oldest first. */
  tail(name: string, most: number): LogLine[] {
    const { lines } = this.#of(name);
    return lines.slice(Math.max(0, lines.length - most));
  }

  /** Responds with the last `most` lines, each as one line of JSON, and then with every new line until the reader disconnects. */
  follow(name: string, most: number, response: ServerResponse): void {
    this.#of(name).readers.add(response, this.tail(name, most).map(asJson).join(''));
  }

  #keep(line: LogLine): void {
    const { lines, readers } = this.#of(line.name);
    lines.push(line);
    let characters = lines.reduce((sum, { text }) => sum + text.length, 0);
    while (lines.length > KEPT_LINES || characters > KEPT_CHARACTERS) characters -= lines.shift()?.text.length ?? 0;
    if (readers.size > 0) readers.broadcast(Buffer.from(asJson(line)));
  }

  #of(name: string) {
    const found = this.#functions.get(name) ?? {
      lines: [],
      readers: new Viewers({ bufferLimit: BUFFER_LIMIT, format: JSON_LINES }),
    };
    this.#functions.set(name, found);
    return found;
  }
}

export const asJson = (line: LogLine): string => `${JSON.stringify(line)}\n`;
