import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What starts `<name>.program.ts` of this folder. It is one file of JavaScript, since tests start it often and modules take most of a start. */
export function commandOf(name: string): string[] {
  const outfile = join(folder, `${name}.mjs`);
  const entryPoints = [join(import.meta.dirname, `${name}.program.ts`)];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return [process.execPath, outfile];
}
