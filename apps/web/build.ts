/**
 * Builds everything that the web image copies into one folder, `.next/standalone`: Next's standalone output,
 * the static files that Next leaves out of it, and our server as one file.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const app = join(here, '.next/standalone/apps/web');

execFileSync(process.execPath, [createRequire(import.meta.url).resolve('next/dist/bin/next'), 'build'], {
  cwd: here,
  stdio: 'inherit',
  // biome-ignore lint/style/noProcessEnv: the build passes its environment on, it reads nothing from it
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
});

cpSync(join(here, '.next/static'), join(app, '.next/static'), { recursive: true });

// Parts of Next that nothing of ours uses: its image library, and source maps.
const standalone = join(here, '.next/standalone');
for (const unused of globSync(['node_modules/{sharp,@img}', 'apps/web/.next/**/*.map'], { cwd: standalone }))
  rmSync(join(standalone, unused), { recursive: true });

await build({
  entryPoints: [join(here, 'src/server.ts')],
  outfile: join(app, 'server.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node26',
  external: ['next'],
  logLevel: 'warning',
});
