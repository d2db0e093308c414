import type { ServerResponse } from 'node:http';
import { JSON_LINES, Viewers } from '@serverless-vote/http-server/server-sent-events';
import type { EventBus } from '../model/event-bus.ts';

/** What is remembered of each function's output. */
export const KEPT_LINES = 200;
const KEPT_CHARACTERS = 64 * 1024;
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

/** The last lines of every function, for those who come later; all of them are in the launcher's own log. */
export class FunctionLogs {
  readonly #functions = new Map<string, { lines: LogLine[]; readers: Viewers }>();

  constructor(bus: EventBus) {
    bus.subscribe((event) => {
      if (event.type !== 'output') return;
      const { at: timestamp, name, containerId: instance, requestId, traceId, text } = event;
      this.#keep({ timestamp, name, instance, requestId, traceId, text });
    });
  }

  /** The last `most` lines of a function, the oldest first. */
  tail(name: string, most: number): LogLine[] {
    const { lines } = this.#of(name);
    return lines.slice(Math.max(0, lines.length - most));
  }

  /** Answers with the last `most` lines as JSON, one each, and then with every new one until the reader leaves. */
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
