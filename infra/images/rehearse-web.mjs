// Runs web once while its image is built, with the same user and node as later: the code that V8 compiles for the first pages goes
// into the compile cache (https://nodejs.org/api/module.html#module-compile-cache), and with it into the image.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const socketPath = '/tmp/rehearsal.sock';
const poll = {
  question: 'A or B?',
  options: [
    { id: 'a', label: 'A' },
    { id: 'b', label: 'B' },
  ],
};
const web = spawn(process.execPath, ['/app/apps/web/server.mjs'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    LISTEN_ADDRESS: socketPath,
    CONTROL_ADDRESS: '/tmp/nobody.sock',
    STACK_ID: 'rehearsal',
    SESSION_SECRET: 'x'.repeat(64),
    POLL: JSON.stringify(poll),
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
const [code] = await new Promise((resolve) => web.once('exit', (...end) => resolve(end)));
if (code !== 0) throw new Error(`web ended with ${code}`);
