import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Agents } from './agents.ts';
import type { AgentConnection } from './connection.ts';

/** All launchers use the same port, so each test has an address of its own. */
const ADDRESS = '127.0.79.1';
const TASK = 'a'.repeat(25);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A launcher that expects tasks of one function, and a Swarm that knows one of them by whatever form of its ID. */
async function launcher(answered: Promise<unknown> = Promise.resolve()) {
  const registered: AgentConnection[] = [];
  const refused: string[] = [];
  let asked = 0;
  const agents = new Agents({
    secretOf: (service) => (service === 'a-function' ? 'a-secret' : undefined),
    imageOf: async (id) => {
      asked += 1;
      await answered;
      return String(id) === TASK ? 'an-image' : undefined;
    },
    registered: (agent) => registered.push(agent),
    warn: (details) => refused.push(String((details as { why: string }).why)),
  });
  await agents.listen(ADDRESS);
  closing.push(() => {
    agents.close();
    for (const agent of registered) agent.lose();
  });
  const say = (changes: object) => {
    const socket = net.connect(9002, ADDRESS).on('error', () => undefined);
    closing.push(() => socket.destroy());
    const claims = { service: 'a-function', task: TASK, secret: 'a-secret', containerId: 'c'.repeat(12), ...changes };
    socket.write(`${JSON.stringify({ type: 'register', ...claims })}\n`);
  };
  /** Registers; resolves when it is refused or accepted. */
  const register = async (changes: object) => {
    const before = registered.length + refused.length;
    say(changes);
    await expect.poll(() => registered.length + refused.length).toBe(before + 1);
  };
  return { say, register, registered, refused, asked: () => asked };
}

test('a task registers once, in whatever form it writes its ID', async () => {
  const { register, registered, refused } = await launcher();
  await register({});
  for (const task of [TASK, [TASK], [[TASK]]]) await register({ task });
  expect(registered).toHaveLength(1);
  expect(refused).toHaveLength(3);
});

test('a task that registers again while Swarm is asked: only the connection that is still open is accepted', async () => {
  const swarm = Promise.withResolvers<void>();
  const { say, registered, refused, asked } = await launcher(swarm.promise);
  say({});
  await expect.poll(asked).toBe(1);
  say({});
  await expect.poll(asked).toBe(2);
  swarm.resolve();
  await expect.poll(() => registered.length + refused.length).toBe(2);
  expect(registered.map((agent) => agent.isLost)).toEqual([false]);
});

test('only a task that knows the secret of its own service makes the launcher ask Swarm', async () => {
  const { register, refused, asked } = await launcher();
  for (const changes of [
    { secret: 'another' },
    { secret: undefined },
    { service: 'another' },
    { service: ['a-function'] },
  ])
    await register(changes);
  expect(refused).toHaveLength(4);
  expect(asked()).toBe(0);
});

test('a task that Swarm doesn’t confirm at this address is refused', async () => {
  const { register, registered, refused } = await launcher();
  await register({ task: 'b'.repeat(25) });
  expect(registered).toEqual([]);
  expect(refused).toHaveLength(1);
});

test('a container’s ID is 12 hex digits, or the beginning of its task’s', async () => {
  const { register, registered } = await launcher();
  await register({ containerId: '../../tasks/x' });
  expect(registered[0]?.containerId).toBe(TASK.slice(0, 12));
});

test('a connection that hasn’t registered may say 4 KB, and no more', async () => {
  await launcher();
  const say = async (bytes: number) => {
    const socket = net.connect(9002, ADDRESS).on('error', () => undefined);
    closing.push(() => socket.destroy());
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // The launcher sends a heartbeat after it has handled earlier messages.
    const heard = new Promise((resolve) => socket.once('data', resolve));
    socket.write('x'.repeat(bytes));
    return Promise.race([closed.then(() => 'closed'), heard.then(() => 'heard')]);
  };
  expect(await say(4_096)).toBe('heard');
  expect(await say(5_000)).toBe('closed');
});
