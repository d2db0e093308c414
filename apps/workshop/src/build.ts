/** Renders every document under `docs/` to `dist/site`, and bundles the server and the browser's script. */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { pageOf } from './page.ts';
import { addressOf } from './site.ts';

const here = dirname(import.meta.dirname);
const repository = join(here, '../..');
const site = join(here, 'dist/site');

rmSync(join(here, 'dist'), { recursive: true, force: true });
for (const path of globSync('docs/**/*.md', { cwd: repository })) {
  const address = addressOf(path);
  if (!address) continue;
  const { html, images } = pageOf(path, readFileSync(join(repository, path), 'utf8'));
  const file = join(site, address === '/' ? 'index.html' : `${address}.html`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, html);
  for (const image of images) cpSync(join(repository, image), join(site, image.replace('docs/', '')));
}
cpSync(join(here, 'src/style.css'), join(site, 'style.css'));
cpSync(join(here, 'src/icon.svg'), join(site, 'icon.svg'));

await build({
  entryPoints: [join(here, 'src/server.ts')],
  outfile: join(here, 'dist/server.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  logLevel: 'warning',
});
await build({
  entryPoints: [join(here, 'src/progress.ts')],
  outfile: join(site, 'progress.js'),
  bundle: true,
  target: 'es2022',
  format: 'esm',
  minify: true,
  logLevel: 'warning',
});
