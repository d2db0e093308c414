import { execFile, execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const copy = mkdtempSync(join(tmpdir(), 'generated-'));
const read = (path: string) => readFileSync(join(copy, path), 'utf8');
const run = (command: string, words: string[], cwd = copy) => promisify(execFile)(command, words, { cwd });
const generate = (...answers: string[]) => run('turbo', ['gen', 'function', '--args', ...answers]);

/** What the generator reads and writes, in a copy of the repository that shares the installed packages. */
beforeAll(() => {
  const parts = [
    '.gitignore',
    '.npmrc',
    '*.json',
    'vitest.shared.mts',
    'turbo/**',
    'functions/**',
    'packages/{contracts,runtime}/**',
    'packages/database/migrations/*',
    '{apps,infra,packages}/*/package.json',
  ];
  for (const path of globSync(parts, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**', '**/.turbo/**'] }))
    cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rmSync(copy, { recursive: true }));

describe('npx turbo gen function', () => {
  it('makes a function that has types, passes lint and its own tests, and answers by hand', async () => {
    await generate('count-voters', 'true');
    const folder = join(copy, 'functions/count-voters');
    await run('biome', ['check', '--error-on-warnings', 'functions', 'turbo']);
    for (const script of ['typecheck', 'test', 'build']) await run('node', ['--run', script], folder);
    const answer = execFileSync('node', [join(folder, 'dist/main.cjs')], { input: '{"name":"Ada"}', encoding: 'utf8' });
    expect(JSON.parse(answer)).toEqual({ greeting: 'Hello, Ada, from count-voters.' });
  });

  it('gives it a place in the catalog, with a user that nobody else has, and leaves the other entries as they are', () => {
    const before = JSON.parse(readFileSync(join(root, 'functions/catalog.json'), 'utf8'));
    const { functions, ...rest } = JSON.parse(read('functions/catalog.json'));
    const { 'count-voters': entry, ...others } = functions;
    expect({ functions: others, ...rest }).toEqual(before);
    const users = Object.values<{ user: number }>({ ...rest.services, ...others }).map(({ user }) => user);
    expect(users).not.toContain(entry.user);
    expect(entry).toMatchObject({ image: 'serverless-vote/count-voters', database: true });
  });

  it('gives it a role in the database when it uses the database', () => {
    const [migration] = globSync('packages/database/migrations/*_count-voters.sql', { cwd: copy });
    expect(read(migration ?? '')).toContain('create role "count-voters" login');
  });

  it('makes it known to the lock, so that npm ci goes on working', () => {
    expect(JSON.parse(read('package-lock.json')).packages['functions/count-voters']).toBeDefined();
  });

  it('that refuses a name writes nothing', async () => {
    const before = read('functions/catalog.json');
    const failed = await generate('record-vote', 'false').catch((error: { stdout: string; stderr: string }) => error);
    expect(`${failed.stdout}${failed.stderr}`).toContain('exists');
    expect(read('functions/catalog.json')).toBe(before);
  });
});
