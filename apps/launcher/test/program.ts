import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'programs-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * The command that starts `<name>.program.ts` of this folder, bundled into one file, because loading modules takes most of a start.
 * CommonJS, as our functions are: an ES module that imports node:http also loads Node's WebSocket, which doubles the start.
 */
export function commandOf(name: string): string[] {
  const outfile = join(folder, `${name}.cjs`);
  const entryPoints = [join(import.meta.dirname, `${name}.program.ts`)];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  return [process.execPath, outfile];
}
