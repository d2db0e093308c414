import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

test.each([
  ['in words', []],
  ['in JSON', ['--json']],
])('an error %s tells a terminal nothing but text', async (_form, options) => {
  const Message = 'its start fails: \u001b]0;title\u0007 \u009b2J';
  const control = http.createServer((_, response) => void response.writeHead(503).end(JSON.stringify({ Message })));
  await once(control.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => control.close().closeAllConnections());
  const url = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
  const args = [`${import.meta.dirname}/main.ts`, 'invoke', 'record-vote', '--url', url, ...options];
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, (_error, _stdout, stderr) => resolve(stderr));
  });
  expect(said).toContain('its start fails');
  expect(said.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
