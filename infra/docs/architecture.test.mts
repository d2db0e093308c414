import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentAt, ROOT } from './document.mts';

const { targets, code } = documentAt('docs/architecture.md');
const linked = new Set(targets.map((target) => normalize(join('docs', target))));
const files = (pattern: string) =>
  globSync(pattern, { cwd: ROOT }).filter((path) => !/\.(test|fixture)\.ts$|node_modules/.test(path));
const foldersOf = (pattern: string) =>
  globSync(pattern, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe('docs/architecture.md', () => {
  test.each(['apps/launcher/src', ...foldersOf('packages/*').map((name) => `packages/${name}/src`)])(
    'links every file of %s',
    (folder) => {
      expect(files(`${folder}/**/*.ts`).filter((path) => !linked.has(path))).toEqual([]);
    },
  );

  test('names each file as it is called, once', () => {
    const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    const rows = [...text.matchAll(/^\| \[`([^`]+)`\]\(([^)]+)\.ts\) \|/gm)].map(([, name = '', target = '']) => ({
      name,
      target,
    }));
    expect(rows.filter(({ name, target }) => !target.endsWith(`/${name}`))).toEqual([]);
    expect(new Set(rows.map(({ target }) => target)).size).toBe(rows.length);
  });

  test('names every room of the launcher, and every package', () => {
    const rooms = foldersOf('apps/launcher/src/*').map((name) => `${name}/`);
    const packages = foldersOf('packages/*').map((name) => `packages/${name}`);
    expect([...rooms, ...packages].filter((name) => !code.includes(name))).toEqual([]);
  });
});
