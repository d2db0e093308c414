import { readCatalog } from '@serverless-vote/catalog';
import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { continueTrace } from '@serverless-vote/contracts/trace-context';
import { AsyncEvents } from '../src/async/async-events.ts';
import { EventBus } from '../src/model/event-bus.ts';
import type { Outcome } from '../src/model/invocation.ts';
import { MemoryQueue } from './memory-queue.ts';

const catalog = readCatalog(`${import.meta.dirname}/../../../functions/catalog.json`);
export const result: Outcome = { kind: 'result', payload: Buffer.from('{}') };

/** Functions answer what `run` returns; the queue is in memory; the tests advance the clock. */
export function setUp({ run = async () => result, queue = new MemoryQueue(), areLeft = false }: Partial<SetUp> = {}) {
  const bus = new EventBus();
  const told: PublishedEvent[] = [];
  bus.subscribe((event) => told.push(event));
  const ran: string[] = [];
  let accepted = 0;
  const invoker = {
    check: (name: string, event: Buffer) => ({ name, event }),
    accept: () => ({ requestId: `${accepted++}`, acceptedAt: BigInt(accepted), trace: continueTrace(undefined) }),
    async run(_name: string, _event: Buffer, { requestId }: { requestId: string }) {
      ran.push(requestId);
      return { outcome: await run(requestId) };
    },
  };
  const events = new AsyncEvents(catalog, {
    invoker: invoker as unknown as ConstructorParameters<typeof AsyncEvents>[1]['invoker'],
    ...{ bus, openQueue: queue.open },
    databaseReady: { isDone: true, done: Promise.resolve({ asyncEventsAreLeft: areLeft }) },
  });
  const accept = (payload = Buffer.from('{}')) => events.accept('record-vote', payload);
  const of = (name = 'record-vote') => events.queues.find((each) => each.name === name) as (typeof events.queues)[0];
  return { events, queue, told, ran, accept, of, types: () => told.map(({ type }) => type) };
}
interface SetUp {
  run: (requestId: string) => Promise<Outcome>;
  queue: MemoryQueue;
  areLeft: boolean;
}
