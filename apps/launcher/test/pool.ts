import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FunctionEntry, readCatalog } from '@serverless-vote/catalog';
import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { continueTrace } from '@serverless-vote/contracts/trace-context';
import type { Engine, SandboxSpec, StartedSandbox } from '@serverless-vote/engine';
import { test as base } from 'vitest';
import { FunctionPool } from '../src/invoke/function-pool.ts';
import { EventBus } from '../src/model/event-bus.ts';
import { Invocation } from '../src/model/invocation.ts';
import { StartLimiter } from '../src/model/start-limiter.ts';
import { runtimeApiOnSockets } from '../src/sandbox/runtime-endpoints.ts';
import { ManualClock } from './manual-clock.ts';
import { commandOf } from './program.ts';
import { ThreadEngine } from './thread-engine.ts';

const { 'record-vote': entry } = readCatalog(`${import.meta.dirname}/../../../functions/catalog.json`).functions;
const COMMAND = commandOf('function');

/** Faults of the engine that a thread can't cause. */
export interface Faults {
  start?: (start: number) => Error | undefined;
  remove?: () => Error | undefined;
  exit?: (started: StartedSandbox) => StartedSandbox;
}

/** Threads that use the real Runtime API, with faults. */
class FaultyEngine extends ThreadEngine implements Engine {
  readonly #faults: Faults;
  readonly #takeTime: () => void;
  starts = 0;

  constructor(directory: string, faults: Faults, command: string[], takeTime: () => void) {
    super({ directory, command: () => command });
    this.#faults = faults;
    this.#takeTime = takeTime;
  }

  override async start(spec: SandboxSpec): Promise<StartedSandbox> {
    this.starts += 1;
    this.#takeTime();
    const fault = this.#faults.start?.(this.starts);
    if (fault) throw fault;
    const started = await super.start(spec);
    return this.#faults.exit?.(started) ?? started;
  }

  override async remove(sandboxId: string): Promise<void> {
    const fault = this.#faults.remove?.();
    if (fault) throw fault;
    await super.remove(sandboxId);
  }
}

/** A pool whose functions are threads, and a clock that the test advances; a start takes `startMs` by it. */
function openPool(
  differences: Partial<FunctionEntry> = {},
  {
    name = 'a-function',
    idleTimeoutMs = 60_000,
    places = 4,
    startMs = 100,
    faults = {} as Faults,
    command = COMMAND,
  } = {},
) {
  const directory = mkdtempSync(`${tmpdir()}/pool-`);
  const clock = new ManualClock();
  const bus = new EventBus();
  const events: PublishedEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const engine = new FaultyEngine(directory, faults, command, () => clock.pass(startMs));
  const openEndpoint = runtimeApiOnSockets(directory);
  const parts = { engine, bus, clock, openEndpoint, limiter: new StartLimiter(places) };
  const serving = { kind: 'single-use' as const };
  const limits = { ...entry, serving, warmPool: 0, concurrency: 4, deadlineMs: 5_000, ...differences } as FunctionEntry;
  const pool = new FunctionPool(name, limits, { image: 'an-image:latest', idleTimeoutMs }, parts);
  const close = async () => {
    await engine.close();
    await pool.close(0);
    rmSync(directory, { recursive: true, force: true });
  };

  let accepted = 0n;
  /** Submits an event. */
  const submit = (event: object = {}) => {
    accepted += 1n;
    const acceptance = { requestId: crypto.randomUUID(), acceptedAt: accepted, trace: continueTrace(undefined) };
    const payload = Buffer.from(JSON.stringify(event));
    const invocation = new Invocation({ name, payload, deadlineMs: limits.deadlineMs }, acceptance, clock);
    invocation.answer.catch(() => undefined);
    pool.submit(invocation);
    return invocation;
  };
  let held = 0;
  /** An event that its function holds until `release`. */
  const hold = () => {
    held += 1;
    const until = path.join(directory, `release-${held}`);
    return { invocation: submit({ do: 'hold', until }), release: () => writeFileSync(until, '') };
  };
  const conditions = () => Array.from(pool.fleet, ({ condition }) => condition).toSorted();
  const seen = <Type extends PublishedEvent['type']>(type: Type) =>
    events.filter((event): event is PublishedEvent & { type: Type } => event.type === type);
  return { close, pool, bus, clock, engine, limiter: parts.limiter, submit, hold, conditions, seen };
}

export type TestPool = ReturnType<typeof openPool>;

/** Tests may run in parallel, so each closes only the pools that it has opened. */
export const test = base.extend<{ testPool: typeof openPool }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it which other fixtures this one needs
  testPool: async ({}, use) => {
    const opened: ReturnType<typeof openPool>[] = [];
    await use((...parts) => {
      const pool = openPool(...parts);
      opened.push(pool);
      return pool;
    });
    await Promise.all(opened.map(({ close }) => close()));
  },
});
