import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { siteServer } from './site-server.ts';

test.each(['bytes=5-2', 'bytes=99-', 'bytes=-1--1', 'lines=a-b'])(
  'a visitor gets the page and ends nothing by asking for a part of it: %s',
  async (range) => {
    const folder = mkdtempSync(`${tmpdir()}/site-`);
    writeFileSync(`${folder}/index.html`, '<p>Labs');
    const server = siteServer(folder).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close().closeAllConnections();
      rmSync(folder, { recursive: true });
    });
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: { range } });
    expect([answer.status, await answer.text()]).toEqual([200, '<p>Labs']);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  },
);
