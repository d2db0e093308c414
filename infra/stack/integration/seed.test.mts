import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('a vote whose answer is lost is sent again by the same voter', async () => {
  let newcomers = 0;
  const who = ({ headers }: IncomingMessage) => headers.cookie ?? `voter=${++newcomers}`;
  const voters = new Set<string>();
  const server = createServer((request, response) => {
    const voter = who(request);
    // As web does on the vote page, and with its first answer.
    response.setHeader('set-cookie', `${voter}; Path=/`);
    if (request.method === 'GET')
      return response.end('<button name="choice" value="cats"><button name="choice" value="dogs">');
    const isFirst = !voters.has(voter);
    voters.add(voter);
    return isFirst ? response.destroy() : response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, '../seed.mts'),
    address,
    '5',
  ]);
  server.close();
  expect(stdout).toMatch(/^5 votes in .*told to wait 5 times$/m);
  expect(voters.size).toBe(5);
});
