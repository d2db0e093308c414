import type { Readable } from 'node:stream';
import { followOutput } from '@serverless-vote/contracts/output-lines';
import type { EventBus } from '../model/event-bus.ts';
import type { Invocation } from '../model/invocation.ts';

/**
 * A sandbox's output, each line assigned to its event. Our runtime writes `<request ID>\t<text>`, and `END RequestId: <id>` after an
 * event's last line; a line without an ID is assigned to the event in flight if there is exactly one.
 */
export class SandboxLog {
  /** Events whose lines may still arrive. */
  readonly #expected = new Map<string, Invocation>();
  readonly #name: string;
  readonly #bus: EventBus;

  constructor(name: string, bus: EventBus) {
    this.#name = name;
    this.#bus = bus;
  }

  follow(containerId: string, output: Readable): void {
    followOutput(output, (line) => this.#file(containerId, line));
  }

  expect(invocation: Invocation): void {
    this.#expected.set(invocation.requestId, invocation);
  }

  close(): void {
    for (const { log } of this.#expected.values()) log.end();
    this.#expected.clear();
  }

  #file(containerId: string, line: string): void {
    const ended = /^END RequestId: (\S+)$/.exec(line)?.[1];
    if (ended !== undefined) {
      this.#expected.get(ended)?.log.end();
      this.#expected.delete(ended);
      return;
    }
    const [, named, rest] = /^([0-9a-f-]{36})\t(.*)$/s.exec(line) ?? [];
    const only = this.#expected.size === 1 ? [...this.#expected.values()][0] : undefined;
    const invocation = (named === undefined ? undefined : this.#expected.get(named)) ?? only;
    const text = rest ?? line;
    invocation?.log.add(text);
    this.#bus.publish({
      type: 'output',
      name: this.#name,
      containerId,
      requestId: invocation?.requestId,
      traceId: invocation?.trace.traceId,
      text,
    });
  }
}
