import { readFileSync } from 'node:fs';
import { beginningOf } from '@serverless-vote/contracts/text';
import * as z from 'zod';

/**
 * A uid means the same user in every container and on the machine. System users are below 1000 (Postgres' owner has 999, and Postgres believes
 * the kernel who calls), people's accounts from 1000 on, and 65534 is nobody.
 */
const FIRST_USER = 10_000;
const LAST_USER = 59_999;

/** The values that an entry's `environment` may name and that are secret. */
export const SECRETS: ReadonlySet<string> = new Set(['SESSION_SECRET', 'PRESENTER_KEY']);

/** A label of a host name. */
const SERVICE_NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `registry:port/path:tag@digest`, each part but the path optional. */
const IMAGE =
  /^(?:[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[./]|_{1,2}|-+)[a-z0-9]+)*(?::[A-Za-z0-9_][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
/** A registry, and neither tag nor digest: `docker` takes the first part as a registry's name if it has a dot or a port, or is `localhost`. */
const UNSPECIFIC = /^(?:localhost|[^/]*[.:][^/]*)\/[^:@]*$/;

const limits = {
  /** With a tag or a digest: an image from elsewhere, used as it is and never built here. Without: one of ours, to which the stack adds its tag. */
  image: z
    .string()
    .regex(IMAGE)
    .refine((image) => !UNSPECIFIC.test(image), 'an image from a registry needs a tag or a digest'),
  /** uid in the container, which also identifies a function's database role. */
  user: z.int().refine((uid) => uid >= FIRST_USER && uid <= LAST_USER, {
    error: `must be from ${FIRST_USER} to ${LAST_USER}: lower ones are users of an image or of this machine (999 owns Postgres and its data), higher ones are nobody's`,
  }),
  memoryMb: z.int().min(32),
  cpus: z.number().positive(),
  processes: z.int().min(8),
  tmpMb: z.int().min(1),
  /** One of the engine's runtimes (`docker info` lists them), such as gVisor's `runsc`; the engine's default if it is absent. */
  runtime: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/)
    .optional(),
};

/** How a container serves events: a single one, or, while events wait, up to `events` in total and `inFlight` at a time. */
const serving = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('single-use') }),
  z.strictObject({ kind: z.literal('reuse'), inFlight: z.int().min(1).max(256), events: z.int().min(1) }),
]);

const functionEntry = z.strictObject({
  ...limits,
  /** How event and result travel: over AWS Lambda's Runtime API, at a socket or at `host:port` as on Lambda, or as standard input and output. */
  protocol: z.enum(['runtime-api', 'runtime-api-tcp', 'stdio']).default('runtime-api'),
  /** Takes the place of the image's own command, as in `docker run image command…`. */
  command: z.array(z.string()).min(1).optional(),
  database: z.boolean(),
  deadlineMs: z.int().min(100).max(900_000),
  /** Containers at the same time, prewarmed ones included. */
  concurrency: z.int().min(1),
  queue: z.strictObject({ events: z.int().min(1), megabytes: z.int().min(1) }),
  serving,
  /** Containers kept ready while there is activity. */
  warmPool: z.int().min(0),
  /** Functions whose last result is stale once this one has succeeded. */
  invalidates: z.array(z.string()),
  /** Functions that it may invoke; its own name, for later events only. */
  mayInvoke: z.array(z.string()).default([]),
});

/** The service of the pages. It listens at a socket, and only it may use settings and functions. */
export const WEB = 'web';

/** What the platform itself runs, by these names. */
const TAKEN: ReadonlySet<string> = new Set(['launcher', 'database', 'relay', 'placeholder', 'agent-node']);
const IS_TAKEN = 'what the platform itself runs has this name';

/** An HTTP service. All but image and port may be left out. */
const serviceEntry = z.strictObject({
  ...limits,
  // It has no role in the database and shares no file, so services may have the same uid.
  user: limits.user.default(LAST_USER),
  memoryMb: limits.memoryMb.default(128),
  cpus: limits.cpus.default(1),
  processes: limits.processes.default(64),
  tmpMb: limits.tmpMb.default(8),
  command: functionEntry.shape.command,
  /** Where it listens, unless it is web. */
  port: z.int().min(1).max(65_535).optional(),
  /** Folders besides `/tmp` that its program may write, each in memory and of `tmpMb`. nginx' own image needs these. */
  writable: z.array(z.string().regex(/^(\/[\w.-]+)+$/)).default(['/run', '/var/cache/nginx']),
  environment: z.array(z.string()).default([]),
  mayInvoke: z.array(z.string()).default([]),
  /** Path → functions that will be needed next: after a page by its visitor, and by a vote that finds no web, as soon as web runs. */
  prewarms: z.record(z.string(), z.array(z.string())).default({}),
  startDeadlineMs: z.int().min(1000).default(20_000),
  requestsPerReplica: z.int().min(1).default(100),
  replicas: z.int().min(1).default(1),
});

const schema = z
  .strictObject({
    functions: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,62}$/), functionEntry),
    /** Web, and others that are reached by their names. */
    services: z.object({ [WEB]: serviceEntry }).catchall(serviceEntry),
    /** Public stream → the function whose result it shows. */
    streams: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.string()),
  })
  .superRefine((catalog, context) => {
    for (const [name, { protocol, command, serving, mayInvoke }] of Object.entries(catalog.functions)) {
      const path = ['functions', name];
      if (name === WEB || TAKEN.has(name)) context.addIssue({ code: 'custom', path, message: IS_TAKEN });
      if (protocol === 'stdio' && serving.kind !== 'single-use') {
        const message = 'standard input ends after one event, so "stdio" needs {"kind": "single-use"}';
        context.addIssue({ code: 'custom', path: [...path, 'serving'], message });
      }
      if (protocol === 'stdio' && mayInvoke.length > 0)
        context.addIssue({
          code: 'custom',
          path: [...path, 'mayInvoke'],
          message: 'a "stdio" function has no socket for calls',
        });
      if (protocol === 'runtime-api' && command)
        context.addIssue({ code: 'custom', path: [...path, 'command'], message: '"runtime-api" functions take none' });
    }
    const { web } = catalog.services;
    const named = [
      ...Object.values(catalog.functions).flatMap((entry) => [...entry.invalidates, ...entry.mayInvoke]),
      ...web.mayInvoke,
      ...Object.values(web.prewarms).flat(),
      ...Object.values(catalog.streams),
    ];
    for (const name of named) {
      if (!Object.hasOwn(catalog.functions, name)) {
        context.addIssue({
          code: 'custom',
          message: `"${name}" is named but isn't a function of the catalog`,
        });
      }
    }
    for (const [name, entry] of Object.entries(catalog.services)) {
      const message = problemWith(name, entry, catalog.functions);
      if (message) context.addIssue({ code: 'custom', path: ['services', name], message });
    }
  });

function problemWith(name: string, entry: ServiceEntry, functions: object): string | undefined {
  const { port, environment, mayInvoke, prewarms } = entry;
  if (name === WEB) return port === undefined ? undefined : 'listens at a socket, so it has no port';
  if (!SERVICE_NAME.test(name)) return 'is part of a host name: a-z, 0-9 and - between them, at most 63';
  if (TAKEN.has(name)) return IS_TAKEN;
  if (Object.hasOwn(functions, name)) return 'is a function, too; a name means one thing';
  if (port === undefined) return 'needs the port where it listens';
  const isOfWeb = environment.length + mayInvoke.length + Object.keys(prewarms).length > 0;
  return isOfWeb ? 'environment, mayInvoke and prewarms are for web' : undefined;
}

export type Catalog = z.infer<typeof schema>;
export type FunctionEntry = z.infer<typeof functionEntry>;
export type ServiceEntry = z.infer<typeof serviceEntry>;

/** What is wrong with a catalog, in words for the person who wrote it. */
export class CatalogError extends Error {
  override name = 'CatalogError';
}

/** Reads the allow-list: nothing else is ever started. @throws {CatalogError} naming every problem at once */
export function parseCatalog(json: string): Catalog {
  const parsed = schema.safeParse(readJson(json));
  if (!parsed.success) throw new CatalogError(`Invalid catalog:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const { message } = error as Error;
    const where = /\(line \d+/.test(message) ? '' : ` (line ${lineOfFault(json)})`;
    throw new CatalogError(`Invalid catalog:\nit is not JSON: ${message.replace(/\s+/g, ' ')}${where}`);
  }
}

/** V8 tells no line for an unexpected token. Whatever ends too early has no such token yet. */
function lineOfFault(json: string): number {
  const lines = json.split('\n');
  const hasIt = (end: number) => {
    try {
      return JSON.parse(lines.slice(0, end).join('\n')) === undefined;
    } catch (error) {
      return (error as Error).message.startsWith('Unexpected token');
    }
  };
  return lines.findIndex((_, index) => hasIt(index + 1)) + 1 || lines.length;
}

export const readCatalog = (file: string): Catalog => parseCatalog(readFileSync(file, 'utf8'));

/** @throws {CatalogError} naming every function that a Swarm can't run */
export function checkForSwarm({ functions }: Catalog): void {
  const problems = Object.entries(functions).flatMap(([name, { protocol, database }]) => {
    if (protocol === 'stdio')
      return `\n  ${name}: its protocol is "stdio", but a task of a Swarm has no standard input`;
    if (protocol === 'runtime-api-tcp' && database)
      return `\n  ${name}: its network is its own, with "runtime-api-tcp", so it can't have the database`;
    return [];
  });
  if (problems.length > 0) throw new CatalogError(`The catalog can't be used on a Swarm:${problems.join('')}`);
}

export interface Alone {
  functions: string[];
  services: string[];
}

/** Programs that know neither our socket nor our token: on a Swarm each has a network of its own, in which there is only the launcher. */
export const aloneOf = ({ functions, services }: Catalog): Alone => ({
  functions: Object.keys(functions).filter((name) => functions[name]?.protocol === 'runtime-api-tcp'),
  services: Object.keys(services).filter((name) => name !== WEB),
});

/** A request names a function that isn't in the catalog; the message lists those that are. */
export class NotInCatalog extends Error {
  override name = 'NotInCatalog';
}

/**
 * Finds the function that a request names: by name or ARN, with the qualifier `$LATEST` or none
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, FunctionName).
 * @throws {NotInCatalog}
 */
export function findFunction({ functions }: Catalog, requested: string, qualifier = '$LATEST') {
  const arn = /^(?:arn:aws:lambda:[a-z0-9-]*:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST))?$/;
  const name = arn.exec(requested)?.[1];
  const entry = name !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (name !== undefined && entry !== undefined && qualifier === '$LATEST') return { name, entry };
  const known = Object.keys(functions).join(', ');
  const version = qualifier === '$LATEST' ? '' : `:${qualifier}`;
  const what = JSON.stringify(beginningOf(`${requested}${version}`, 100));
  throw new NotInCatalog(`Function not found: ${what}. The catalog has: ${known}.`);
}

/** What the stack adds to the names of its own images: a registry that ends with a slash, or nothing; and a tag. */
export interface OwnImages {
  prefix: string;
  tag: string;
}

/** The image that an entry's containers are started from. */
export const imageOf = (entry: { image: string }, { prefix, tag }: OwnImages): string =>
  isFromElsewhere(entry) ? entry.image : `${prefix}${entry.image}:${tag}`;

export const isFromElsewhere = ({ image }: { image: string }): boolean => image.includes(':');

export const arnOf = (name: string): string => `arn:aws:lambda:local:000000000000:function:${name}`;

interface Part {
  name: string;
  limit: number;
  /** Beside the picture: other services, and functions that the pages don't use. */
  aside?: 'service' | 'function';
  calls?: string[];
}

/**
 * What the public picture of the architecture shows: web and what its visitors need, other services, functions that call others, and how many
 * containers of each there may be. What web invokes for the presenter only isn't part of it.
 */
export function partsOf({ functions, services: { web, ...others } }: Catalog): Part[] {
  const needed = new Set(Object.values(web.prewarms).flat());
  const callers = Object.entries(functions).flatMap(([name, { concurrency, mayInvoke }]): Part[] => {
    const calls = mayInvoke.filter((callee) => callee !== name);
    const aside = web.mayInvoke.includes(name) ? {} : { aside: 'function' as const };
    if (calls.length === 0 && 'aside' in aside) return [];
    return [{ name, limit: concurrency, ...aside, ...(calls.length > 0 && { calls }) }];
  });
  return [
    { name: WEB, limit: web.replicas },
    ...web.mayInvoke.filter((name) => needed.has(name)).flatMap((name) => callers.filter((part) => part.name === name)),
    ...callers.filter(({ aside }) => aside),
    ...Object.entries(others).map(([name, { replicas }]) => ({ name, limit: replicas, aside: 'service' as const })),
  ];
}
