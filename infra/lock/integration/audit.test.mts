import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { audit } from '../audit.mts';

/** This machine may be busy. */
const PATIENCE_MS = 120_000;

describe('an audit', () => {
  let close: () => void;
  afterEach(() => close());

  /** A registry that knows one package, and what it is told about it; and a project that depends on that package. */
  async function registry(advisories: object | undefined) {
    const server = http.createServer((request, response) => {
      request.resume();
      if (request.method !== 'POST') {
        const versions = { '1.0.0': { name: 'leaky', version: '1.0.0', dist: { tarball: '', shasum: '' } } };
        return response.end(JSON.stringify({ name: 'leaky', 'dist-tags': { latest: '1.0.0' }, versions }));
      }
      response.statusCode = advisories ? 200 : 405;
      return response.end(JSON.stringify(advisories ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => server.close().closeAllConnections();
    const folder = mkdtempSync(`${tmpdir()}/audit-`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const dependencies = { leaky: '1.0.0' };
    const packages = { '': { name: 'project', dependencies }, 'node_modules/leaky': { version: '1.0.0' } };
    writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'project', dependencies }));
    writeFileSync(`${folder}/package-lock.json`, JSON.stringify({ name: 'project', lockfileVersion: 3, packages }));
    return { folder, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  }

  const advisory = (id: number, name: string, title: string) => ({
    ...{ id, title, url: `https://github.com/advisories/${name}`, severity: 'high' },
    ...{ vulnerable_versions: '<2', cwe: [], cvss: { score: 9 } },
  });
  const known = {
    leaky: [advisory(1, 'GHSA-leak-leak-leak', 'It leaks'), advisory(2, 'GHSA-seep-seep-seep', 'It seeps')],
  };

  it('finds what the registry knows, lets pass what is accepted, and tells what need not be any more', async () => {
    const { folder, url } = await registry(known);
    const reasons = { 'GHSA-seep-seep-seep': 'we never call it', 'GHSA-gone-gone-gone': 'it was so' };
    const found = (id: string, title: string) => ({ id, package: 'leaky', severity: 'high', title });
    expect(await audit(folder, reasons, url, PATIENCE_MS)).toEqual({
      kind: 'checked',
      unlisted: [found('GHSA-leak-leak-leak', 'It leaks')],
      accepted: [found('GHSA-seep-seep-seep', 'It seeps')],
      stale: ['GHSA-gone-gone-gone'],
    });
  });

  it('says so when the registry has no answer', async () => {
    const { folder, url } = await registry(undefined);
    expect(await audit(folder, {}, url, PATIENCE_MS)).toEqual({
      kind: 'not-answered',
      why: expect.stringContaining('405'),
    });
  });

  it('asks a registry that does not answer for nothing more than a sign of life', async () => {
    const asked: string[] = [];
    const server = http.createServer(({ method, url }) => asked.push(`${method} ${url}`)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = () => server.close().closeAllConnections();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await audit(import.meta.dirname, {}, url)).toMatchObject({ kind: 'not-answered' });
    expect(asked.filter((each) => !each.includes('/-/ping'))).toEqual([]);
  });

  it('says so when there is no registry', async () => {
    const { folder, url } = await registry(undefined);
    close();
    expect(await audit(folder, {}, url, PATIENCE_MS)).toMatchObject({ kind: 'not-answered' });
  });
});
