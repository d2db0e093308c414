import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { LineWriter } from '@serverless-vote/contracts/line-writer';
import pino, { type Logger } from 'pino';
import type { EventBus } from '../model/event-bus.ts';

/** The launcher's log: one line of JSON per lifecycle event, and the functions' output with its request ID. */
export function createLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, new LineWriter());
}

export function logEvents(bus: EventBus, log: Logger): void {
  bus.subscribe(({ at: _at, ...event }) => {
    const level = levelOf(event);
    if (log.isLevelEnabled(level)) log[level](rounded(event), event.type);
  });
}

const WARNINGS = new Set(['container.failed', 'invocation.retried', 'async.failed', 'async.dead']);
const DETAILS = new Set(['invocation.accepted', 'invocation.running', 'async.accepted']);

function levelOf(event: Omit<PublishedEvent, 'at'>): 'debug' | 'info' | 'warn' {
  if (WARNINGS.has(event.type)) return 'warn';
  return DETAILS.has(event.type) ? 'debug' : 'info';
}

/** Milliseconds to two decimals: more is noise. */
function rounded(value: object): object {
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value))
    copy[key] = typeof part === 'number' ? Math.round(part * 100) / 100 : isRecord(part) ? rounded(part) : part;
  return copy;
}

const isRecord = (part: unknown): part is object => typeof part === 'object' && part !== null && !Array.isArray(part);
