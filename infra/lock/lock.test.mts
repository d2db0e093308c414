import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Package {
  version?: string;
  resolved?: string;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

const text = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8');
const packages = (JSON.parse(text) as { packages: Record<string, Package> }).packages;

const PLATFORMS = [
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['darwin', 'x64'],
  ['darwin', 'arm64'],
  ['win32', 'x64'],
] as const;

/** What comes as one binary package per platform: build tools, the bundler's parts, node itself. */
const NATIVE = ['turbo', 'esbuild', '@biomejs/biome', 'next', 'lightningcss', '@tailwindcss/oxide', 'rolldown', ''];

/** Where npm finds `name` from the package at `path`: in it, or in a folder above it. */
function find(name: string, path: string): Package | undefined {
  const inside = packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`];
  if (inside || path === '') return inside;
  return find(name, path.includes('/node_modules/') ? path.slice(0, path.lastIndexOf('/node_modules/')) : '');
}

const runsOn = ({ os, cpu }: Package, system: string, processor: string) =>
  os?.includes(system) === true && (cpu === undefined || cpu.includes(processor));

describe('the lock file', () => {
  it('names no registry: each machine asks its own', () => {
    const hosts = Object.values(packages).map(({ resolved }) => resolved ?? '');
    expect(hosts.filter((resolved) => /^(https?|git)/.test(resolved))).toEqual([]);
  });

  it('has no hole: every optional dependency that a package names is in it', () => {
    const holes = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => find(name, path) === undefined)
        .map((name) => `${path} wants ${name}`),
    );
    expect(holes).toEqual([]);
  });

  it.each(NATIVE)('has the binary of "%s" for every platform', (name) => {
    const path = name === '' ? '' : `node_modules/${name}`;
    const variants = Object.keys(packages[path]?.optionalDependencies ?? {}).map((variant) => find(variant, path));
    const missing = PLATFORMS.filter(
      ([system, processor]) => !variants.some((variant) => variant && runsOn(variant, system, processor)),
    );
    expect(missing).toEqual([]);
  });
});
