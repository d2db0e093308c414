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
  spares: number;
}

export interface Catalog {
  functions: { 'record-vote': FunctionEntry; 'fetch-results': FunctionEntry };
}

/** The catalog that is measured: the one in the launcher's image. */
export async function catalogOf(imageTag: string): Promise<Catalog> {
  const args = ['run', '--rm', '--network', 'none', '--entrypoint', 'cat', `serverless-vote/launcher:${imageTag}`];
  const { stdout } = await run('docker', [...args, '/launcher/catalog.json']);
  return JSON.parse(stdout) as Catalog;
}

/** Writes the catalog with one spare of each function, for one-spare.compose.yml. */
export function writeOneSpareCatalog(catalog: Catalog): void {
  const functions = Object.entries(catalog.functions).map(([name, entry]) => [name, { ...entry, spares: 1 }]);
  mkdirSync(cache, { recursive: true });
  const text = JSON.stringify({ ...catalog, functions: Object.fromEntries(functions) });
  writeFileSync(path.join(cache, 'one-spare-catalog.json'), text);
}
