import { readFileSync } from 'node:fs';
import { type Poll, parsePoll } from '@serverless-vote/contracts/poll';
import { z } from 'zod';
import { isRange } from '../http/peers.ts';

const milliseconds = (fallback: number) => z.coerce.number().int().min(100).max(86_400_000).default(fallback);

const list = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || []);

const variables = z.object({
  STACK_ID: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'has to look like a compose project: a-z, 0-9, _ and -'),
  IMAGE_TAG: z
    .string()
    .regex(/^[\w][\w.-]{0,127}$/, 'has to be an image tag')
    .default('latest'),
  POLL_QUESTION: z.string().default('Cats or dogs?'),
  POLL_OPTIONS: z.string().default('Cats,Dogs'),
  LIVE: z.enum(['0', '1']).default('1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  BIND: z.string().default('0.0.0.0'),
  CONTROL_HOSTS: z.string().default(''),
  LOCAL_PEERS: z
    .string()
    .refine((text) => list(text).every(isRange), 'has to be IP addresses or networks (10.0.0.0/8), separated by commas')
    .default(''),
  PUBLIC_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  VOTES_PER_MINUTE_PER_ADDRESS: z.coerce.number().int().min(0).max(1_000_000).default(0),
  FUNCTION_IDLE_TIMEOUT_MS: milliseconds(60_000),
  WEB_IDLE_TIMEOUT_MS: milliseconds(60_000),
  SESSION_SECRET_FILE: z.string().default('/run/secrets/session-secret'),
  PRESENTER_KEY_FILE: z.string().default('/run/secrets/presenter-key'),
  ENGINE: z.enum(['docker', 'swarm']).default('docker'),
  TASK_ID: z.string().default(''),
  DATABASE_HOST: z.string().default('database'),
  DATABASE_PASSWORD_FILE: z.string().default('/run/secrets/database-password'),
});

/** Those of the values handed on that nobody else may read. */
export const SECRETS: ReadonlySet<string> = new Set(['SESSION_SECRET', 'PRESENTER_KEY']);

/** Who runs the containers: this machine's engine, or a Swarm whose manager this launcher is on, as the task `taskId`. */
export type EngineSettings =
  | { kind: 'docker' }
  | { kind: 'swarm'; taskId: string; databaseHost: string; databasePassword: string };

/** Everything that the launcher is told from outside, parsed once. */
export interface Config {
  stackId: string;
  imageTag: string;
  engine: EngineSettings;
  poll: Poll;
  live: boolean;
  logLevel: string;
  /** Host names that control answers to, besides IP literals and localhost. */
  controlHosts: ReadonlySet<string>;
  /** Addresses and networks that count as this machine, besides those that do anyway. */
  localPeers: readonly string[];
  /** Are the pages for this machine only? */
  pagesAreLocal: boolean;
  /** 0: as many as come. */
  votesPerMinutePerAddress: number;
  functionIdleTimeoutMs: number;
  webIdleTimeoutMs: number;
  /** By which the presenter is known; without one nobody is the presenter. */
  presenterKey: string | undefined;
  /** What a catalog entry's `environment` may name: the only values that reach a container from outside. */
  handedOn: ReadonlyMap<string, string>;
}

/** The settings are wrong; the message lists every problem, each with its mend. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/**
 * Parses the environment.
 * @throws {SettingsError} naming every problem at once
 */
export function parseSettings(environment: NodeJS.ProcessEnv = process.env): Config {
  // Compose hands on what isn't set as an empty string.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  const problems = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  const poll = parsePoll(given.POLL_QUESTION ?? 'Cats or dogs?', given.POLL_OPTIONS ?? 'Cats,Dogs');
  if ('problems' in poll) problems.push(...poll.problems);
  const secret = readSecret(given.SESSION_SECRET_FILE ?? '/run/secrets/session-secret');
  if (secret.length < 32) {
    problems.push('SESSION_SECRET_FILE: no secret of 32 characters or more in it; `make run` makes one');
  }
  const engine = engineFrom(given);
  if ('problems' in engine) problems.push(...engine.problems);
  if (!parsed.success || 'problems' in engine || 'problems' in poll || problems.length > 0) {
    throw new SettingsError(`Invalid settings:\n  ${problems.join('\n  ')}`);
  }
  const { data } = parsed;
  const key = readSecret(data.PRESENTER_KEY_FILE);
  const presenterKey = key.length >= 32 ? key : undefined;
  return {
    stackId: data.STACK_ID,
    imageTag: data.IMAGE_TAG,
    engine,
    poll: poll.poll,
    live: data.LIVE === '1',
    logLevel: data.LOG_LEVEL,
    controlHosts: new Set(list(data.CONTROL_HOSTS.toLowerCase())),
    localPeers: list(data.LOCAL_PEERS),
    pagesAreLocal: data.BIND.startsWith('127.'),
    votesPerMinutePerAddress: data.VOTES_PER_MINUTE_PER_ADDRESS,
    functionIdleTimeoutMs: data.FUNCTION_IDLE_TIMEOUT_MS,
    webIdleTimeoutMs: data.WEB_IDLE_TIMEOUT_MS,
    presenterKey,
    handedOn: new Map([
      ['POLL', JSON.stringify(poll.poll)],
      ['SESSION_SECRET', secret],
      ['STACK_ID', data.STACK_ID],
      ['LIVE', data.LIVE],
      ['PUBLIC_URL', data.PUBLIC_URL],
      ['PRESENTER_KEY', presenterKey ?? ''],
    ]),
  };
}

function engineFrom(given: NodeJS.ProcessEnv): EngineSettings | { problems: string[] } {
  if (given.ENGINE !== 'swarm') return { kind: 'docker' };
  const { TASK_ID: taskId = '', DATABASE_HOST: databaseHost = 'database' } = given;
  const databasePassword = readSecret(given.DATABASE_PASSWORD_FILE ?? '/run/secrets/database-password');
  const problems = [];
  if (!/^[a-z0-9]{25}$/.test(taskId))
    problems.push("TASK_ID: ENGINE=swarm needs the launcher's task; infra/swarm/stack.yml gives it");
  if (!/^[\w-]{32,}$/.test(databasePassword))
    problems.push(
      'DATABASE_PASSWORD_FILE: no password of 32 or more of A-Z, a-z, 0-9, _ and - in it; `make swarm` makes one',
    );
  return problems.length > 0 ? { problems } : { kind: 'swarm', taskId, databaseHost, databasePassword };
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
