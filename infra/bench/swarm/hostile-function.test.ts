import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { docker, NODES, type NodeNumber } from '../src/swarm/cluster.ts';
import { SwarmStack } from '../src/swarm/swarm-stack.ts';

const PATIENCE_MS = 180_000;
const { signal } = new AbortController();
const stack = new SwarmStack(process.env as Record<string, string>, signal);
const { cluster } = stack;
afterAll(() => stack.close());

/** A container that holds an event, and a way to run scripts in it, as its own code could. */
async function holding() {
  const answer = stack.invoke('misbehave', { do: 'hold' });
  const isHeld = "process.exit(require('node:fs').existsSync('/tmp/held') ? 0 : 1)";
  const runIn = (node: NodeNumber, id: string) => (script: string) =>
    cluster.on(node, 'exec', id, 'node', '-e', script);
  const search = async () => {
    for (const node of NODES)
      for (const id of await cluster.running(node, 'misbehave')) {
        const run = runIn(node, id);
        // Others wait for an event, or are about to leave.
        const found = await run(isHeld).then(
          () => true,
          () => false,
        );
        if (found) return run;
      }
    return undefined;
  };
  const run = await vi.waitUntil(search, { timeout: PATIENCE_MS, interval: 500 });
  return { answer, run };
}

const release = "process.kill(-1, 'SIGCONT')";

test('a function has as many connections to the database as it may have open files, and votes are recorded meanwhile', async () => {
  const { answer, run } = await holding();
  const connect = `
    const net = require('node:net');
    let connected = 0, ended = 0;
    const count = () => ++ended === 300 && (console.log(connected), process.exit());
    for (let n = 0; n < 300; n += 1)
      net.connect(5432, process.env.PGHOST).once('connect', () => { connected += 1; count(); }).once('error', count);
    setInterval(() => undefined, 1e6);`;
  const connected = Number((await run(connect))[0]);
  expect(connected).toBeGreaterThan(10);
  expect(connected).toBeLessThan(49);
  expect((await run("console.log(require('node:fs').readFileSync('/proc/1/limits', 'utf8'))")).join('\n')).toMatch(
    /Max open files +49 +49 /,
  );
  expect((await stack.vote()).body).toContain('recordedAt');
  await run(release).catch(() => undefined);
  expect((await answer).status).toBe(200);
});

test('what a role has changed of its own settings and password is restored while votes come', async () => {
  await stack.sql(`alter role "record-vote" in database votes set default_transaction_read_only = on;
    alter role "record-vote" password 'guessed'`);
  const left = async () => {
    await stack.vote();
    return stack.sql(`select setconfig from pg_db_role_setting
      where setrole = '"record-vote"'::regrole and array_to_string(setconfig, ',') like '%read_only%'`);
  };
  await expect.poll(left, { timeout: PATIENCE_MS }).toEqual([]);
  await expect.poll(async () => (await stack.vote()).body, { timeout: PATIENCE_MS }).toContain('recordedAt');
});

test('a task can’t register again, nor with another’s secret, nor for another service; its own event goes on', async () => {
  const { answer, run } = await holding();
  const registering = (changes: object) => `
    const { TASK_AGENT_ADDRESS: at, TASK_AGENT_SERVICE: service, TASK_AGENT_TASK: task } = process.env;
    const secret = require('node:fs').readFileSync(process.env.TASK_AGENT_SECRET_FILE, 'utf8');
    const [host, port] = at.split(':');
    const socket = require('node:net').connect(port, host);
    const claims = { type: 'register', service, task, secret, containerId: 'c'.repeat(12), ...${JSON.stringify(changes)} };
    socket.write(JSON.stringify(claims) + '\\n');
    let heard = '';
    socket.on('data', (data) => { heard += data; }).on('error', () => undefined);
    socket.once('close', () => console.log('closed', /start/.test(heard)));`;
  for (const changes of [{}, { secret: 'guessed' }, { service: 'record-vote' }, { task: 'a'.repeat(25) }])
    expect(await run(registering(changes))).toEqual(['closed false']);
  await run(release).catch(() => undefined);
  expect((await answer).body).toBe('{"held":true}');
});

test('a function can’t take its task agent over by the signal that opens node’s debugger', async () => {
  const { answer, run } = await holding();
  const attack = `
    process.kill(1, 'SIGUSR1');
    let tries = 0;
    const knock = () => require('node:net').connect(9229, '127.0.0.1')
      .once('connect', () => { console.log('open'); process.exit(); })
      .once('error', () => (++tries === 20 ? console.log('closed') : setTimeout(knock, 100)));
    knock();`;
  expect(await run(attack)).toEqual(['closed']);
  await run(release).catch(() => undefined);
  expect((await answer).body).toBe('{"held":true}');
});

test('a function that loops ends at its deadline while the manager’s engine takes no orders, and its service goes to zero', async () => {
  const answer = stack.invoke('misbehave-impatient', { do: 'loop' });
  const serving = async () => (await stack.population())['misbehave-impatient serving'];
  await expect.poll(serving, { timeout: PATIENCE_MS }).toBe(1);
  const signalEngine = (name: string) =>
    docker('exec', cluster.container(1), 'sh', '-c', `kill -${name} $(pidof dockerd)`);
  onTestFinished(() => void signalEngine('CONT'));
  await signalEngine('STOP');
  expect((await answer).body).toContain('Sandbox.Timedout');
  await signalEngine('CONT');
  const running = () =>
    Promise.all(NODES.map((node) => cluster.running(node, 'misbehave-impatient').catch(() => ['?'])));
  await expect.poll(running, { timeout: PATIENCE_MS }).toEqual([[], [], []]);
  await expect.poll(async () => (await stack.invoke('misbehave-impatient')).status, { timeout: PATIENCE_MS }).toBe(200);
});
