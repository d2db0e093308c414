import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readCatalog, type ServiceEntry } from '@serverless-vote/catalog';
import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { SandboxSpec, StartedSandbox } from '@serverless-vote/engine';
import { onTestFinished } from 'vitest';
import { HttpService } from '../src/gateway/http-service.ts';
import { ingressBySocket } from '../src/gateway/ingress.ts';
import { Replica } from '../src/gateway/replica.ts';
import { EventBus } from '../src/model/event-bus.ts';
import { StartLimiter } from '../src/model/start-limiter.ts';
import { ManualClock } from './manual-clock.ts';
import { commandOf } from './program.ts';
import { ThreadEngine } from './thread-engine.ts';

const { web } = readCatalog(`${import.meta.dirname}/../../../functions/catalog.json`).services;
const COMMAND = commandOf('replica');

/** Threads that listen on real sockets. */
class Replicas extends ThreadEngine {
  readonly specs: SandboxSpec[] = [];
  /** Of each stop. */
  readonly graces: number[] = [];
  /** Errors of a start that a thread can't cause. */
  fault: (start: number) => Error | undefined = () => undefined;
  withdrawn: Promise<void> = new Promise(() => undefined);

  override async stop(sandboxId: string, graceMs: number): Promise<void> {
    this.graces.push(graceMs);
    await super.stop(sandboxId, graceMs);
  }

  override async start(spec: SandboxSpec): Promise<StartedSandbox> {
    this.specs.push(spec);
    const fault = this.fault(this.specs.length);
    if (fault) throw fault;
    return { ...(await super.start(spec)), withdrawn: this.withdrawn };
  }
}

/** An HTTP service whose replicas are threads, and a clock that the test advances; removed when the test ends. */
export function testService(
  differences: Partial<ServiceEntry> = {},
  { behaviour = '', idleTimeoutMs = 60_000, places = 4, name = 'web' } = {},
) {
  const directory = mkdtempSync(`${tmpdir()}/service-`);
  const clock = new ManualClock();
  const bus = new EventBus();
  const events: PublishedEvent[] = [];
  bus.subscribe((event) => events.push(event));
  const engine = new Replicas({ directory, command: () => COMMAND });
  const openIngress = ingressBySocket(directory, (folder) => rmSync(`${directory}/${folder}`, { recursive: true }));
  const entry = { ...web, environment: ['BEHAVIOUR'], startDeadlineMs: 60_000, ...differences };
  const setting = { name, entry, image: 'an-image:latest', handedOn: new Map([['BEHAVIOUR', behaviour]]) };
  const parts = { engine, openIngress, limiter: new StartLimiter(places), bus, clock };
  const service = new HttpService({ ...setting, idleTimeoutMs }, parts);
  onTestFinished(async () => {
    await Promise.all([service.close(1), engine.close()]);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Advances the clock in small steps until a condition holds. */
  const until = async (isSo: () => unknown, stepMs = 2) => {
    while (!isSo()) {
      clock.pass(stepMs);
      await delay(2);
    }
  };
  /** A single replica, and its end. */
  const begin = () => {
    const replica = new Replica(setting, parts);
    const gone = replica.live();
    const reaches = (kind: string) => until(() => replica.state.kind === kind);
    let failure: Error | undefined;
    void replica.settled.then((error) => {
      failure = error;
    });
    const fails = async (stepMs = 2) => {
      await until(() => failure, stepMs);
      return failure;
    };
    return { replica, gone, reaches, fails };
  };
  const beginReady = async () => {
    const begun = begin();
    await begun.reaches('ready');
    return begun;
  };
  const states = () => service.replicas.map(({ state }) => state.kind).toSorted();
  const types = () => events.map(({ type }) => type).filter((type) => type !== 'output');
  const isRunning = () => events.some(({ type }) => type === 'output');
  return { service, clock, engine, begin, beginReady, until, states, types, isRunning };
}
