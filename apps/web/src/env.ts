import * as z from 'zod/mini';
import { partsFromJson } from './parts.ts';
import { pollFromJson } from './poll.ts';

const Environment = z.object({
  /** Where this server listens: a path that the gateway connects to. */
  LISTEN_SOCKET: z.string().check(z.startsWith('/')),
  /** Where the launcher takes invocations. */
  CONTROL_SOCKET: z.string().check(z.startsWith('/')),
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
  environment ??= parseEnvironment(process.env);
  return environment;
}
