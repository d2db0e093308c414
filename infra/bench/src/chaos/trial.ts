import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { until } from '../until.ts';
import { auditOf } from './audit.ts';
import type { Fault, Scene } from './fault.ts';
import type { Audit } from './ledger.ts';
import { Load } from './load.ts';

const CALM_MS = 150;
const FIRST_ANSWER_MS = 45_000;
const RECOVERY_MS = 60_000;
/** The stack lets go of what it doesn't need after its idle timeout; then nothing may be left. */
const REST_MS = 45_000;

/** One fault, once, under load. */
export interface Trial extends Audit {
  /** Until both endpoints acknowledged a vote that was sent after the fault. */
  nextGoodAnswerMs: number;
  left: number;
  sent: number;
  problem?: string;
}

/** Lets a fault happen while people vote; then holds what they were told against the database, and counts what is left. */
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
    const [audit, left] = await Promise.all([auditOf(load.ledger, stack), leftOf(parts)]);
    return { ...audit, nextGoodAnswerMs, left, sent: load.sent, ...(problem !== undefined && { problem }) };
  } catch (error) {
    throw new Error(`${fault.name}: ${[problem, error].join('; then ')}`, { cause: error });
  }
}

/** Containers on demand that are still there when all should have gone, and whatever is missing of the permanent two. */
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
