import { readFileSync } from 'node:fs';
import { parsePoll } from '@serverless-vote/contracts/poll';
import { parsePolls } from '@serverless-vote/contracts/polls-text';
import { isRange } from '@serverless-vote/http-server/peers';
import * as z from 'zod';
import { makeSecrets } from './make-secrets.ts';

const list = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || []);

const milliseconds = () => z.coerce.number().int().min(100).max(86_400_000);

/** The content of a file; empty if it doesn't exist. */
const contentOf = (file: string) => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
};

const secretFile = (name: string, pattern: RegExp, problem: string) =>
  z
    .string()
    .default(`/run/secrets/${name}`)
    .transform((file, context) => {
      const secret = contentOf(file);
      if (!pattern.test(secret)) context.addIssue(problem);
      return secret;
    });

/**
 * Every setting of the launcher, with its default. Those with a description are for the operator; the stack's own files set the others.
 * setting-list.ts adds the settings of the scripts.
 */
export const variables = z.object({
  STACK_ID: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'has to look like a compose project: a-z, 0-9, _ and -'),
  BIND: z.string().default('0.0.0.0'),
  POLL_QUESTION: z.string().default('Cats or dogs?').describe('the first question; another value opens another poll'),
  POLL_OPTIONS: z.string().default('Cats,Dogs').describe('its two to eight options, separated by commas'),
  // The launcher gets the text of the file: it has no folder of the host.
  POLLS: z
    .string()
    .default('')
    .describe('file of further questions: a line for each, a line for each option, a blank line between'),
  PUBLIC_URL: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })])
    .default('')
    .describe("address that people type, if BIND and PORT don't give it"),
  LIVE: z.enum(['0', '1']).default('1').describe('0 turns the public activity stream off'),
  FUNCTION_IDLE_TIMEOUT_MS: milliseconds().default(60_000).describe('how long an unused container of a function stays'),
  WEB_IDLE_TIMEOUT_MS: milliseconds().default(60_000).describe('how long an unused container of web stays'),
  VOTES_PER_MINUTE_PER_ADDRESS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('votes that one address may send per minute; 0 is off'),
  CONTROL_HOSTS: z.string().default('').describe('more host names for the control API'),
  LOCAL_PEERS: z
    .string()
    .refine((text) => list(text).every(isRange), 'has to be IP addresses or networks (10.0.0.0/8), separated by commas')
    .default('')
    .describe('more addresses and networks that count as this machine'),
  BEHIND_PROXY: z
    .enum(['0', '1'])
    .default('0')
    .describe('1: a proxy with TLS on this machine is in front of the pages, and says who its clients are'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('debug shows every step of every invocation'),
  IMAGE_TAG: z
    .string()
    .regex(/^[\w][\w.-]{0,127}$/, 'has to be an image tag')
    .default('latest')
    .describe("tag of the images; another tag keeps another clone's images separate"),
  // compose.published.yml sets it. Only the operator can: nothing of a request ever becomes part of an image's name.
  IMAGE_PREFIX: z
    .string()
    .regex(
      /^[a-zA-Z0-9][\w.-]*(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
      'has to be a registry, with a path if you like',
    )
    .or(z.literal(''))
    .default(''),
  SESSION_SECRET_FILE: secretFile(
    'session-secret',
    /.{32}/s,
    'no secret of 32 characters or more in it; `make run` makes one',
  ),
  // Without a strong key there is no presenter.
  PRESENTER_KEY_FILE: z
    .string()
    .default('/run/secrets/presenter-key')
    .transform((file) => /.{32,}/s.exec(contentOf(file))?.[0]),
  MAKE_SECRETS: z.enum(['0', '1']).default('0'),
  ENGINE: z.enum(['docker', 'swarm']).default('docker'),
});

export const variablesOnSwarm = variables.extend({
  TASK_ID: z
    .string("ENGINE=swarm needs the launcher's task; infra/swarm/stack.yml gives it")
    .regex(/^[a-z0-9]{25}$/, 'has to be the id of a task'),
  DATABASE_HOST: z.string().default('database'),
  DATABASE_PASSWORD_FILE: secretFile(
    'database-password',
    /^[\w-]{32,}$/,
    'no password of 32 or more of A-Z, a-z, 0-9, _ and - in it; `make swarm` makes one',
  ),
});

/** The engine that runs the containers: this machine's, or a Swarm, on whose manager this launcher runs as the task `taskId`. */
export type EngineSettings =
  | { kind: 'docker' }
  | { kind: 'swarm'; taskId: string; databaseHost: string; databasePassword: string };

/** All settings of the launcher, parsed once. */
export type Settings = ReturnType<typeof parseSettings>;

/** The settings are wrong; the message lists every problem, each with its fix. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/**
 * Parses the environment.
 * @throws {SettingsError} naming every problem at once
 */
export function parseSettings(environment: NodeJS.ProcessEnv = process.env) {
  // Compose passes unset variables as empty strings.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  if (given.MAKE_SECRETS === '1') makeSecrets();
  const parsed = given.ENGINE === 'swarm' ? variablesOnSwarm.safeParse(given) : variables.safeParse(given);
  const { POLL_QUESTION, POLL_OPTIONS } = variables.shape;
  const poll = parsePoll(POLL_QUESTION.parse(given.POLL_QUESTION), POLL_OPTIONS.parse(given.POLL_OPTIONS));
  const file = given.POLLS === undefined ? undefined : parsePolls(given.POLLS);
  // Else a client that reaches the port without the proxy could look like it: docker-proxy hides addresses.
  const isOpen = given.BEHIND_PROXY === '1' && !given.BIND?.startsWith('127.');
  const proxyProblems = isOpen ? ['BEHIND_PROXY: needs BIND=127.0.0.1, so that nobody gets past the proxy'] : [];
  if (!parsed.success || 'problems' in poll || (file && 'problems' in file) || isOpen) {
    const problems = [
      ...(parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []),
      ...('problems' in poll ? poll.problems : []),
      ...(file && 'problems' in file ? file.problems.map((problem) => `POLLS: ${problem}`) : []),
      ...proxyProblems,
    ];
    throw new SettingsError(`Invalid settings:\n  ${problems.join('\n  ')}`);
  }
  const { data } = parsed;
  const engine: EngineSettings =
    data.ENGINE === 'swarm' ? onSwarm(data as z.infer<typeof variablesOnSwarm>) : { kind: 'docker' };
  return {
    stackId: data.STACK_ID,
    ownImages: { prefix: data.IMAGE_PREFIX && `${data.IMAGE_PREFIX}/`, tag: data.IMAGE_TAG },
    engine,
    /** What is asked: the first question, and those of a file. */
    polls: { poll: poll.poll, file: file && { content: data.POLLS, polls: file.polls } },
    live: data.LIVE === '1',
    logLevel: data.LOG_LEVEL,
    /** Host names that the control API answers to, besides IP literals and localhost. */
    controlHosts: new Set(list(data.CONTROL_HOSTS.toLowerCase())),
    /** Further addresses and networks that count as this machine. */
    localPeers: list(data.LOCAL_PEERS),
    /** Do this machine's `X-Forwarded-*` headers count? */
    behindProxy: data.BEHIND_PROXY === '1',
    /** Are the pages for this machine only? */
    pagesAreLocal: data.BIND.startsWith('127.'),
    /** 0: no limit. */
    votesPerMinutePerAddress: data.VOTES_PER_MINUTE_PER_ADDRESS,
    functionIdleTimeoutMs: data.FUNCTION_IDLE_TIMEOUT_MS,
    webIdleTimeoutMs: data.WEB_IDLE_TIMEOUT_MS,
    /** The key that identifies the presenter. */
    presenterKey: data.PRESENTER_KEY_FILE,
    /** The values that a catalog entry's `environment` may name; containers get no others from outside. */
    handedOn: new Map([
      ['SESSION_SECRET', data.SESSION_SECRET_FILE],
      ['STACK_ID', data.STACK_ID],
      ['LIVE', data.LIVE],
      ['PUBLIC_URL', data.PUBLIC_URL],
      ['PRESENTER_KEY', data.PRESENTER_KEY_FILE ?? ''],
    ]),
  };
}

const onSwarm = (data: z.infer<typeof variablesOnSwarm>): EngineSettings => ({
  ...{ kind: 'swarm', taskId: data.TASK_ID },
  ...{ databaseHost: data.DATABASE_HOST, databasePassword: data.DATABASE_PASSWORD_FILE },
});
