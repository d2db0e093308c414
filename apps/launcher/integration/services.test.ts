import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { label } from '@serverless-vote/contracts/labels';
import { describe, expect, test } from 'vitest';
import { operator } from './operator.ts';
import { baseUrl, containers, docker, healthy, permanent, send, watchCreations } from './stack.ts';

/** Images that nobody here wrote: Python's own web server. */
const ask = (name: string, path = '/', headers = {}) =>
  send(baseUrl, path, { headers: { host: `${name}.localhost`, ...headers } });
/** With retries until a busy machine could start it within its deadline. */
async function reach(name: string, path = '/') {
  for (;;) {
    const answer = await ask(name, path);
    if (answer.status !== 503) return answer;
  }
}
const none = (name: string) => expect.poll(() => containers(name), { interval: 250 }).toEqual([]);
const networks = async () => (await docker.listNetworks()).map(({ Id }) => Id).toSorted();

/** Runs a command in the service's container. @returns what it says, also if it fails */
async function inside(name: string, ...command: string[]): Promise<string> {
  // On a busy machine it may have become idle since.
  await reach(name);
  const [found] = await containers(name);
  const run = promisify(execFile)('docker', ['exec', found?.Id ?? 'none', ...command]);
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  return `${stdout}${stderr}`.trim();
}

describe('a service', () => {
  test('is started once by the first requests to its name, with a relay and no network, and both are gone when it is idle', async () => {
    await none('hello');
    await none('relay');
    const before = await networks();
    const answers = await Promise.all(Array.from({ length: 20 }, () => reach('hello')));
    for (const { status, text } of answers) expect({ status, text }).toMatchObject({ status: 200, text: /Directory/ });
    expect([await containers('hello'), await containers('relay')]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect(await networks()).toEqual(before);
    await none('hello');
    await none('relay');
  });

  test('shows a browser the waiting page while it starts', async () => {
    await none('never-listens');
    const answer = await ask('never-listens', '/', { accept: 'text/html' });
    expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('Starting this page') });
  });

  test.each([
    ['on the loopback address', 'loopback', /Directory/],
    ['on a low port', 'privileged-port', /Directory/],
    ['as nginx does, whose image nobody here wrote', 'nginx', /Welcome to nginx/],
  ])('may listen %s', async (_how, name, text) => {
    expect(await reach(name)).toMatchObject({ status: 200, text: expect.stringMatching(text) });
    await none(name);
  });

  test('is not reached by localhost or an address, which are web’s', async () => {
    await reach('hello');
    for (const host of ['localhost', '127.0.0.1:8080', '[::1]', 'hello.localhost.attacker.example']) {
      const { status, text } = await send(baseUrl, '/hostname', { headers: { host } });
      expect([status, text.includes('Directory')], host).not.toEqual([200, true]);
    }
  });

  test('has the limits of its entry, no mounts and no rights', async () => {
    await reach('hello');
    const [found] = await containers('hello');
    const { Config, HostConfig } = await docker.getContainer(found?.Id ?? '').inspect();
    expect(Config.User).toMatch(/^[1-5]\d{4}:/);
    expect(HostConfig).toMatchObject({
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
      Binds: [expect.stringMatching(/:\/etc\/hosts:ro$/)],
      ...{ Memory: 128 * 2 ** 20, PidsLimit: 64, LogConfig: { Type: 'none' } },
      NetworkMode: expect.stringMatching(/^container:/),
    });
    const files = ['/tmp/a', '/run/a', '/var/cache/nginx/a'];
    expect(await inside('hello', 'touch', ...files, '/a')).toMatch(/^touch: [^\n]*'\/a'[^\n]*Read-only file system$/);
    const environment = await inside('hello', 'env');
    expect(environment).toContain('HOSTNAME=');
    expect(environment).not.toMatch(/SESSION_SECRET|PRESENTER_KEY|CONTROL_|POLL|LISTEN_ADDRESS/);
  });
});

test('a compromised service reaches neither control API, gateway, Postgres, another service, the machine nor the internet', async () => {
  await Promise.all([reach('hello'), reach('loopback', '/hostname')]);
  const { NetworkSettings } = await (await permanent('launcher')).inspect();
  const [{ IPAddress = '', Gateway = '' } = {}] = Object.values(NetworkSettings.Networks);
  const other = Number(new URL(baseUrl).port);
  const targets = [
    ...[`${IPAddress}:9000`, `${IPAddress}:8080`, `${Gateway}:9000`, `${Gateway}:${other}`, '127.0.0.1:9000'],
    ...['127.0.0.1:8080', 'launcher:9000', 'database:5432', 'hello.localhost:9000', '127.0.0.11:53', '192.0.2.1:80'],
  ];
  const script = `
import os, socket
print(*os.listdir('/sys/class/net'), *[path for path in ['/var/run/postgresql', '/run/control', '/run/web', '/var/run/docker.sock'] if os.path.exists(path)])
for target in ${JSON.stringify(targets)}:
  host, port = target.split(':')
  try:
    socket.create_connection((host, int(port)), 3)
    print('reached', target)
  except OSError: pass
print(socket.create_connection(('127.0.0.1', 8000)) and 'itself')`;
  expect((await inside('hello', 'python3', '-c', script)).split(/\s*\n/)).toEqual(['lo', 'itself']);
  // The same port, and each its own.
  expect((await reach('loopback', '/hostname')).status).toBe(200);
  expect((await reach('hello', '/hostname')).status).toBe(404);
});

describe('when something ends', () => {
  test.each(['hello', 'relay'])('a killed %s is replaced, and requests after it are answered', async (victim) => {
    await none('relay');
    await reach('hello');
    const [found] = await containers(victim);
    await docker.getContainer(found?.Id ?? '').kill();
    expect((await reach('hello')).status).toBe(200);
    await expect.poll(async () => (await containers(victim)).map(({ Id }) => Id)).not.toContain(found?.Id);
    await none('hello');
    await none('relay');
  });

  test('of a killed launcher neither service nor relay is left when a new one is ready', async () => {
    await reach('hello');
    const left = [...(await containers('hello')), ...(await containers('relay'))].map(({ Id }) => Id);
    expect(left.length).toBe(2);
    await operator.crashLauncher();
    await healthy();
    const filters = { label: [`${label('role')}=on-demand`] };
    const there = (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id);
    expect(there.filter((id) => left.includes(id))).toEqual([]);
    expect((await reach('hello')).status).toBe(200);
  });

  test.each([
    ['never-listens', /The service never-listens (could not be started in time|was not ready within 2000 ms)/],
    ['without-an-image', /The image no-such-image:1 isn't on this machine/],
    ['without-its-program', /can't run the catalog's command \[\\"pyhton\\"\]: .*executable file/],
  ])(
    'a service that cannot start is refused with the reason, leaves nothing, and hurts no other: %s',
    async (name, reason) => {
      expect(await ask(name)).toMatchObject({
        status: expect.toBeOneOf([500, 503]),
        text: expect.stringMatching(reason),
      });
      await none(name);
      await none('relay');
      await healthy();
      expect((await reach('hello')).status).toBe(200);
    },
  );
});

test('what a request says becomes no container: neither an unknown name, an image nor a variable', async () => {
  await none('relay');
  const watch = await watchCreations();
  for (const name of ['nobody', 'python', 'launcher', 'no-such-image', 'record-vote', 'a.hello', '__proto__']) {
    const { status, text } = await ask(name, '/?image=evil', { 'x-image': 'evil', 'x-env': 'A=b' });
    expect([status, text.includes('hello.localhost')], name).toEqual([404, true]);
  }
  expect(watch.end()).toEqual([]);
});
