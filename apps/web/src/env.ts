import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { partsFromJson } from './parts.ts';

const Environment = z.object({
  /** Where this server listens for the gateway: a path, or a port. */
  LISTEN_ADDRESS: z.string().check(z.regex(/^(\/.+|\d+)$/, 'is neither a path nor a port')),
  /** Where the launcher accepts invocations: a path, or host:port. */
  CONTROL_ADDRESS: z.string().check(z.regex(/^(\/.+|[^/:]+:\d+)$/, 'is neither a path nor host:port')),
  /** The token that identifies this container to the launcher where it has no socket of its own. */
  CONTROL_TOKEN: z._default(z.string(), ''),
  /** One secret per line: the first one signs, all of them verify, so that secrets can be rotated. */
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
  /** The address that people type; empty if it isn't set. */
  PUBLIC_URL: z._default(z.string(), ''),
  /** Is the public activity stream on? */
  LIVE: z.pipe(
    z._default(z.string(), '1'),
    z.transform((text: string) => text !== '0'),
  ),
  /** The key that identifies the presenter; empty if there is none. */
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

/** Parses the environment, and reports all problems at once. */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const parsed = Environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const given = variables[String(path[0])] !== undefined;
    return `  ${path.join('.')}: ${given ? message : 'is missing'}`;
  });
  throw new Error(`Invalid environment of web:\n${problems.join('\n')}`);
}

let environment: Environment | undefined;

/** The environment, parsed on first use, because a build evaluates the pages' modules without it. */
export function env(): Environment {
  environment ??= parseEnvironment(withSecrets(process.env));
  return environment;
}
