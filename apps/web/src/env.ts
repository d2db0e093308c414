import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { partsFromJson } from './parts.ts';
import { pollFromJson } from './poll.ts';

const Environment = z.object({
  /** Where this server listens, and the gateway connects to: a path, or a port. */
  LISTEN_ADDRESS: z.string().check(z.regex(/^(\/.+|\d+)$/, 'is neither a path nor a port')),
  /** Where the launcher takes invocations: a path, or host:port. */
  CONTROL_ADDRESS: z.string().check(z.regex(/^(\/.+|[^/:]+:\d+)$/, 'is neither a path nor host:port')),
  /** By which the launcher knows this container where no socket tells it. */
  CONTROL_TOKEN: z._default(z.string(), ''),
  POLL: pollFromJson,
  /** One secret a line: the first one signs, all of them are accepted, so a secret can be replaced at leisure. */
  SESSION_SECRET: z.pipe(
    z.string(),
    z.pipe(
      z.transform((text: string) => text.split(/\s+/).filter(Boolean)),
      z
        .array(z.string().check(z.minLength(32, 'has a secret of fewer than 32 characters')))
        .check(z.minLength(1, 'has no secret')),
    ),
  ),
  /** Becomes part of the cookies' names, because cookies ignore ports: two stacks may share a host. */
  STACK_ID: z.string().check(z.regex(/^[\w.-]+$/)),
  /** What people type to come here; empty when nobody said. */
  PUBLIC_URL: z._default(z.string(), ''),
  /** Whether the launcher shows what it does. */
  LIVE: z.pipe(
    z._default(z.string(), '1'),
    z.transform((text: string) => text !== '0'),
  ),
  /** By which the presenter is known; empty where there is none. */
  PRESENTER_KEY: z._default(z.string(), ''),
  PARTS: z._default(partsFromJson, []),
});

export type Environment = z.infer<typeof Environment>;

/** A secret is a value, or the path of a file that holds it. */
function withSecrets(variables: Record<string, string | undefined>): Record<string, string | undefined> {
  const { SESSION_SECRET_FILE, PRESENTER_KEY_FILE } = variables;
  return {
    ...variables,
    ...(SESSION_SECRET_FILE && { SESSION_SECRET: readFileSync(SESSION_SECRET_FILE, 'utf8') }),
    ...(PRESENTER_KEY_FILE && { PRESENTER_KEY: readFileSync(PRESENTER_KEY_FILE, 'utf8') }),
  };
}

/** Reads the environment, and complains about everything that is wrong with it at once. */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const parsed = Environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const given = variables[String(path[0])] !== undefined;
    return `  ${path.join('.')}: ${given ? message : 'is missing'}`;
  });
  throw new Error(`The environment of web is not complete:\n${problems.join('\n')}`);
}

let environment: Environment | undefined;

/** The environment. Read on first use: a build evaluates the pages' modules without having one. */
export function env(): Environment {
  environment ??= parseEnvironment(withSecrets(process.env));
  return environment;
}
