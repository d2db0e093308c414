// Runs web once while its image is built, with the same user and node as later: the code that V8 compiles for the first pages goes
// into the compile cache (https://nodejs.org/api/module.html#module-compile-cache), and with it into the image.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const socketPath = '/tmp/rehearsal.sock';
const results = {
  poll: { id: 'a-or-b', status: 'open', closesAt: null, hidden: false, votesSince: '2026-01-01T00:00:00.000Z' },
  question: 'A or B?',
  options: [
    { id: 'a', label: 'A', votes: 1 },
    { id: 'b', label: 'B', votes: 0 },
  ],
  ...{ total: 1, updatedAt: '2026-01-01T00:00:00.000Z', serverTime: '2026-01-01T00:00:00.000Z' },
};
// In the launcher's place: every function answers with these results.
const control = '/tmp/control.sock';
const launcher = http.createServer((request, response) => {
  request.resume().on('end', () => response.end(JSON.stringify(results)));
});
launcher.listen(control);
const web = spawn(process.execPath, ['/app/apps/web/server.mjs'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    LISTEN_ADDRESS: socketPath,
    CONTROL_ADDRESS: control,
    STACK_ID: 'rehearsal',
    SESSION_SECRET: 'x'.repeat(64),
    LIVE: '1',
    PUBLIC_URL: '',
  },
});

const ask = (path, method = 'GET', body = undefined) =>
  new Promise((resolve, reject) => {
    const headers = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };
    const request = http.request({ socketPath, path, method, headers, timeout: 10_000 }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    request.on('timeout', () => request.destroy(new Error(`${path} was not answered`)));
    request.on('error', reject);
    request.end(body);
  });

for (let tries = 0; ; tries += 1) {
  const status = await ask('/').catch((error) => error);
  if (status === 200) break;
  if (tries > 200) throw new Error(`web did not start: ${status}`);
  await delay(50);
}
await ask('/results');
await ask('/vote', 'POST', 'choice=a');
web.kill('SIGTERM');
launcher.close();
const [code] = await new Promise((resolve) => web.once('exit', (...end) => resolve(end)));
if (code !== 0) throw new Error(`web ended with ${code}`);
