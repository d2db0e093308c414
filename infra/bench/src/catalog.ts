import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache } from './bundle.ts';
import { run } from './run.ts';

interface FunctionEntry {
  image: string;
  user: number;
  memoryMb: number;
  cpus: number;
  processes: number;
  tmpMb: number;
  warmPool: number;
}

export interface Catalog {
  functions: { 'record-vote': FunctionEntry; 'fetch-results': FunctionEntry };
}

/** The catalog under measurement: the one in the launcher's image. */
export async function catalogOf(imageTag: string): Promise<Catalog> {
  const args = ['run', '--rm', '--network', 'none', '--entrypoint', 'cat', `serverless-vote/launcher:${imageTag}`];
  const { stdout } = await run('docker', [...args, '/launcher/catalog.json']);
  return JSON.parse(stdout) as Catalog;
}

type AnyEntry = FunctionEntry & Record<string, unknown>;

/** Writes the catalog with changed and further functions, for a stack that is started with it. */
function writeCatalog(name: string, catalog: Catalog, change: (entry: AnyEntry) => object, more: object = {}): void {
  const functions = Object.entries(catalog.functions).map(([key, entry]) => [key, change(entry as AnyEntry)]);
  mkdirSync(cache, { recursive: true });
  const text = JSON.stringify({ ...catalog, functions: { ...Object.fromEntries(functions), ...more } });
  writeFileSync(path.join(cache, `${name}-catalog.json`), text);
}

/** The function that does nothing, by how its events and results travel. */
export const NOTHING = { kit: 'nothing', stdio: 'nothing-over-stdio' } as const;

/** A warm pool of one per function, for one-prewarmed.compose.yml. */
export function writeOnePrewarmedCatalog(catalog: Catalog): void {
  const nothing = {
    ...{
      image: 'serverless-vote/nothing',
      user: 10_008,
      database: false,
      serving: { kind: 'single-use' },
      warmPool: 1,
    },
    ...{ memoryMb: 128, cpus: 1, processes: 32, tmpMb: 8, deadlineMs: 30_000, concurrency: 6, invalidates: [] },
    queue: { events: 100, megabytes: 8 },
  };
  const overStdio = { ...nothing, user: 10_009, protocol: 'stdio', command: ['/stdio.mjs'] };
  const more = { [NOTHING.kit]: nothing, [NOTHING.stdio]: overStdio };
  writeCatalog('one-prewarmed', catalog, (entry) => ({ ...entry, warmPool: 1 }), more);
}

/** One container per event, up to `concurrency` at a time, for single-use.compose.yml and .stack.yml. */
export const writeSingleUseCatalog = (catalog: Catalog, concurrency: number): void =>
  writeCatalog('single-use', catalog, (entry) => ({ ...entry, concurrency, serving: { kind: 'single-use' } }));
