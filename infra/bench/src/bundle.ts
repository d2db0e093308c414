import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

export const root = path.resolve(import.meta.dirname, '../../..');
export const cache = path.join(root, '.cache/bench');

/** Bundles a program that runs in a container into one file. @returns its path */
export async function bundle(entry: string, name: string): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const outfile = path.join(cache, `${name}.mjs`);
  await build({
    entryPoints: [path.join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    external: ['pg-native'],
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  return outfile;
}
