import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { NODES, type NodeNumber } from '../src/swarm/cluster.ts';
import { SwarmStack } from '../src/swarm/swarm-stack.ts';

/** Programs that nobody here wrote, in images without node: Python's own web server, and a client of Lambda's Runtime API in Python. */
const PATIENCE_MS = 180_000;
const { signal } = new AbortController();
const stack = new SwarmStack(process.env as Record<string, string>, signal);
const { cluster } = stack;
afterAll(() => stack.close());

const ask = (name: string, path = '/') => stack.gateway.send(path, { headers: { host: `${name}.localhost` } });
/** With retries until a busy machine could start it within its deadline. */
const reach = (name: string, path = '/') =>
  vi.waitUntil(async () => ask(name, path).then((answer) => (answer.status === 503 ? undefined : answer)), {
    timeout: PATIENCE_MS,
    interval: 100,
  });
const python = (...lines: string[]) => stack.invoke('lambda-python', { python: lines.join('\n') });
const asked = async (...lines: string[]) => JSON.parse((await python(...lines)).body) as unknown;

async function containerOf(name: string): Promise<{ node: NodeNumber; id: string }> {
  for (const node of NODES) for (const id of await cluster.running(node, name)) return { node, id };
  throw new Error(`There is no container of ${name}`);
}

async function inside(name: string, ...command: string[]): Promise<string[]> {
  const { node, id } = await containerOf(name);
  return cluster.on(node, 'exec', id, ...command);
}

/** The container's addresses in its networks. */
async function addressesOf(name: string): Promise<string[]> {
  const { node, id } = await containerOf(name);
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
  return (await cluster.on(node, 'inspect', '--format', format, id)).join(' ').split(' ').filter(Boolean);
}

/** Python that says which of these can be connected to. All at once: one after the other they take longer than a service stays idle. */
const reached = (targets: readonly string[]) => [
  'import socket, concurrent.futures',
  'def reach(target):',
  '    host, port = target.rsplit(":", 1)',
  '    try: return bool(socket.create_connection((host, int(port)), 2))',
  '    except OSError: return False',
  `targets = ${JSON.stringify(targets)}`,
  'with concurrent.futures.ThreadPoolExecutor(16) as pool: result = [t for t, is_reached in zip(targets, pool.map(reach, targets)) if is_reached]',
];

/** Whatever listens on this Swarm, besides the place where task agents register. */
async function listeners(): Promise<string[]> {
  const launcher = (await addressesOf('launcher')).flatMap((address) =>
    [8080, 9000, 9001, 9003].map((port) => `${address}:${port}`),
  );
  const database = (await addressesOf('database')).map((address) => `${address}:5432`);
  const neighbour = (await addressesOf('neighbour')).map((address) => `${address}:80`);
  const web = (await addressesOf('web')).map((address) => `${address}:3000`);
  const names = ['database:5432', 'tasks.database:5432', 'neighbour:80', '192.0.2.1:80', '172.17.0.1:2377'];
  return [...launcher, ...database, ...neighbour, ...web, ...names];
}

/**
 * Keeps services running that are looked at: on a busy machine even to find a container takes longer than it stays without requests. The
 * container may also be the second of a hedged start, which is removed just then: so it is looked again.
 */
async function awake<Result>(names: readonly string[], look: () => Promise<Result>): Promise<Result> {
  const askAll = () => Promise.all(names.map((name) => (name === 'web' ? stack.gateway.send('/') : reach(name))));
  await askAll();
  const asking = setInterval(() => askAll().catch(() => undefined), 1_000);
  return vi.waitFor(look, { timeout: PATIENCE_MS, interval: 500 }).finally(() => clearInterval(asking));
}

const none = (name: string) =>
  expect
    .poll(() => Promise.all(NODES.map((node) => cluster.running(node, name))), { timeout: PATIENCE_MS, interval: 500 })
    .toEqual([[], [], []]);

describe('a service by name', () => {
  test('is started once by the first requests to its name, in an image without node', async () => {
    await none('hello');
    const answers = await Promise.all(Array.from({ length: 20 }, () => reach('hello')));
    for (const { status, body } of answers) expect({ status, body }).toMatchObject({ status: 200, body: /Directory/ });
    // A late start is hedged with a second task, which serves nothing.
    expect(await stack.population()).toMatchObject({ 'hello ready': 1 });
    const which = 'import shutil; print(shutil.which("node"))';
    expect(await awake(['hello'], () => inside('hello', 'python3', '-c', which))).toEqual(['None']);
  });

  test('reaches neither gateway, control API, Runtime API, Postgres, web, another service nor the outside', async () => {
    const said = await awake(['hello', 'neighbour', 'web'], async () => {
      const program = [...reached([...(await listeners()), '127.0.0.1:8000']), 'print(result)'].join('\n');
      return inside('hello', 'python3', '-c', program);
    });
    expect(said).toEqual(["['127.0.0.1:8000']"]);
  });

  test('has the rights and limits of its entry, and none of our settings', async () => {
    const format = '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Memory}}';
    const [limits, environment] = await awake(['hello'], async () => {
      const { node, id } = await containerOf('hello');
      return [await cluster.on(node, 'inspect', '--format', format, id), await inside('hello', 'env')];
    });
    expect(limits).toEqual([`59999:59999 true [ALL] ${192 * 2 ** 20}`]);
    expect(environment.join('\n')).not.toMatch(/SESSION_SECRET|PRESENTER_KEY|CONTROL_|POLL|PGHOST/);
  });

  test('that is killed is replaced, and requests after it are answered', async () => {
    const killed = await awake(['hello'], async () => {
      const { node, id } = await containerOf('hello');
      await cluster.on(node, 'kill', id);
      return id;
    });
    expect((await reach('hello')).status).toBe(200);
    const serving = async () => {
      await reach('hello');
      return (await containerOf('hello')).id;
    };
    await expect.poll(serving, { timeout: PATIENCE_MS }).not.toBe(killed);
  });

  test('is gone when nobody asks for it', async () => {
    await none('hello');
    await none('neighbour');
  });
});

describe('a function made for Lambda', () => {
  test('answers forty events at once, each with its own result', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const id = randomUUID();
        const { status, body } = await python(`result = '${id}'`);
        return { status, isOwn: body === `"${id}"` };
      }),
    );
    expect(answers.filter(({ status, isOwn }) => status !== 200 || !isOwn)).toEqual([]);
  });

  test('finds its Runtime API at host:port, and no token', async () => {
    const names =
      'result = {name: value for name, value in os.environ.items() if "LAMBDA" in name or "VOTE" in name or "AGENT" in name}';
    expect(await asked(names)).toEqual({
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
      AWS_LAMBDA_FUNCTION_NAME: 'lambda-python',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/lambda-python',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\[\$LATEST\]/),
    });
  });

  test('reaches nothing but its own Runtime API', async () => {
    const said = await awake(['neighbour', 'web'], async () => {
      // The launcher is also in this function's network, where the Runtime API refuses requests without a token.
      const targets = (await listeners()).filter((target) => !target.endsWith(':9001'));
      return asked(...reached([...targets, '127.0.0.1:9001']));
    });
    expect(said).toEqual(['127.0.0.1:9001']);
  });

  test('whose container is killed is retried', async () => {
    const answer = python('time.sleep(5)', 'result = "retried"');
    const serving = async () => (await stack.population())['lambda-python serving'];
    await expect.poll(serving, { timeout: PATIENCE_MS }).toBe(1);
    // At once: one after the other, they would be its containers in turn.
    const each = NODES.map(async (node) => ({ node, ids: await cluster.running(node, 'lambda-python') }));
    const kills = (await Promise.all(each)).flatMap(({ node, ids }) => ids.map((id) => cluster.on(node, 'kill', id)));
    expect((await Promise.allSettled(kills)).some(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await answer).body).toBe('"retried"');
  });

  test('whose command is not in its image is answered with exit status 127', async () => {
    const { headers, body } = await stack.invoke('lambda-misspelt', {});
    expect(headers['x-amz-function-error']).toBe('Unhandled');
    expect(JSON.parse(body).errorMessage).toContain('Runtime exited during init: exit status 127');
  });

  test('is gone when nobody calls it', async () => {
    await none('lambda-python');
    await none('lambda-misspelt');
  });
});
