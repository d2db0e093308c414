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

/** Writes the catalog with changed functions, for a stack that is started with it. */
function writeCatalog(name: string, catalog: Catalog, change: (entry: AnyEntry) => object): void {
  const functions = Object.entries(catalog.functions).map(([key, entry]) => [key, change(entry as AnyEntry)]);
  mkdirSync(cache, { recursive: true });
  const text = JSON.stringify({ ...catalog, functions: Object.fromEntries(functions) });
  writeFileSync(path.join(cache, `${name}-catalog.json`), text);
}

/** A warm pool of one per function, for one-prewarmed.compose.yml. */
export const writeOnePrewarmedCatalog = (catalog: Catalog): void =>
  writeCatalog('one-prewarmed', catalog, (entry) => ({ ...entry, warmPool: 1 }));

/** One container per event, up to `concurrency` at a time, for single-use.compose.yml and .stack.yml. */
export const writeSingleUseCatalog = (catalog: Catalog, concurrency: number): void =>
  writeCatalog('single-use', catalog, (entry) => ({ ...entry, concurrency, serving: { kind: 'single-use' } }));
