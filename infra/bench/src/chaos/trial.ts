import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { sum } from '../metrics.ts';
import { until } from '../until.ts';
import { auditOf } from './audit.ts';
import type { Fault, Scene } from './fault.ts';
import type { Audit } from './ledger.ts';
import { Load } from './load.ts';

const CALM_MS = 150;
const FIRST_ANSWER_MS = 45_000;
const RECOVERY_MS = 60_000;
/** How long the stack has to return to idle after its idle timeout. */
const REST_MS = 45_000;
/** Longer than the longest pause before a retry. */
const MOVES_MS = 60_000;

/** One fault, once, under load. */
export interface Trial extends Audit {
  /** The time until both endpoints acknowledged a vote that was sent after the fault. */
  nextGoodAnswerMs: number;
  left: number;
  /** Asynchronous events that are neither done nor dead letters, and containers that should be gone. */
  stuck: number;
  sent: number;
  problem?: string;
}

/** Injects a fault under load; then compares the answers with the database, and counts leaked containers. */
export async function trial(fault: Fault, parts: Omit<Scene, 'load'>): Promise<Trial> {
  const { stack, signal } = parts;
  const load = new Load(stack);
  let nextGoodAnswerMs = Number.NaN;
  let problem: string | undefined;
  load.start();
  try {
    await load.goodAnswerAfter(Date.now(), FIRST_ANSWER_MS, signal);
    await pause(CALM_MS);
    const { at, afterwards } = await fault.strike({ ...parts, load });
    nextGoodAnswerMs = await load.goodAnswerAfter(at, RECOVERY_MS, signal);
    await afterwards?.();
    await pause(CALM_MS);
  } catch (error) {
    signal.throwIfAborted();
    problem = error instanceof Error ? error.message : String(error);
  } finally {
    await load.stop();
  }
  try {
    const [audit, left, stuck] = await Promise.all([auditOf(load.ledger, stack), leftOf(parts), stuckIn(parts)]);
    return { ...audit, nextGoodAnswerMs, left, stuck, sent: load.sent, ...(problem !== undefined && { problem }) };
  } catch (error) {
    throw new Error(`${fault.name}: ${[problem, error].join('; then ')}`, { cause: error });
  }
}

/** On-demand containers that still exist when all should be gone, plus permanent ones that are missing. */
async function leftOf({ stack, docker, signal }: Omit<Scene, 'load'>): Promise<number> {
  let found: Docker.ContainerInfo[] = [];
  const isIdle = async () => {
    const filters = { label: [`org.serverless-vote.launcher=${stack.name}`] };
    found = await docker.listContainers({ all: true, filters });
    return found.length === 2;
  };
  await until('rest', isIdle, { withinMs: REST_MS, everyMs: 100, signal }).catch(() => signal.throwIfAborted());
  return Math.abs(found.length - 2);
}

async function stuckIn({ stack, signal }: Omit<Scene, 'load'>): Promise<number> {
  let found = Number.NaN;
  const moves = async () => {
    // A request for dead letters makes the launcher count its queue.
    if ((await stack.control.send('/dead-letters')).status !== 200) return false;
    const metrics = await stack.metrics();
    const unfinished = (state: string) => sum(metrics, 'async_events', { state });
    found = unfinished('waiting') + unfinished('running') + sum(metrics, 'containers_overdue');
    return found === 0;
  };
  await until('nothing is stuck', moves, { withinMs: MOVES_MS, everyMs: 250, signal }).catch(() =>
    signal.throwIfAborted(),
  );
  return found;
}
