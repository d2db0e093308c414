import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { HOLD, letGo, running } from './held.ts';
import { operator } from './operator.ts';
import { containers, controlUrl, docker, follow, healthy, invoke, permanent } from './stack.ts';

/** Images made for AWS Lambda, which expect the Runtime API at `host:port`. */
const python = (...lines: string[]) => ({ python: lines.join('\n') });
const asked = async (name: string, ...lines: string[]) => (await invoke(name, python(...lines))).json();

test('the bootstrap of AWS’ tutorial answers forty events at once, each with its own result, and serves several per container', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const id = randomUUID();
      const { status, headers, text } = await invoke('lambda-bash', { id });
      return {
        status,
        error: headers['x-amz-function-error'],
        isOwn: text.includes(id),
        container: headers['x-container-id'],
      };
    }),
  );
  expect(answers.filter(({ status, error, isOwn }) => status !== 200 || error !== undefined || !isOwn)).toEqual([]);
  expect(new Set(answers.map(({ container }) => container)).size).toBeLessThan(20);
});

describe('a function made for Lambda', () => {
  test('finds the variables and headers that it finds there', async () => {
    const variables = 'result = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}';
    expect(await asked('lambda-python', variables)).toEqual({
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
      AWS_LAMBDA_FUNCTION_NAME: 'lambda-python',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/lambda-python',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\[\$LATEST\][0-9a-f]{12}$/),
    });
    const answer = await invoke('lambda-python', python('result = dict(next.headers)'));
    expect(answer.json()).toMatchObject({
      'Lambda-Runtime-Aws-Request-Id': answer.headers['x-amzn-requestid'],
      'Lambda-Runtime-Deadline-Ms': expect.stringMatching(/^\d{13}$/),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:local:000000000000:function:lambda-python',
      'Lambda-Runtime-Trace-Id': expect.stringMatching(/^Root=1-/),
    });
  });

  test('may report that it can’t start', async () => {
    const { json } = await invoke('lambda-init-error');
    expect(json()).toMatchObject({ errorType: 'Function.NoSuchTable', errorMessage: expect.stringContaining('votes') });
  });

  test('is confined as every other', async () => {
    const held = await running('lambda-python', python(HOLD, 'result = os.getuid()'));
    const [container] = (await containers('lambda-python')).filter(({ Id }) => Id.startsWith(held.containerId));
    const { Config, HostConfig } = await docker.getContainer(container?.Id ?? '').inspect();
    expect(Config.User).toBe('10009:10009');
    expect(HostConfig).toMatchObject({
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
      ...{ Memory: 128 * 2 ** 20, PidsLimit: 32, LogConfig: { Type: 'none' } },
      Binds: [expect.stringMatching(/:\/etc\/hosts:ro$/)],
    });
    const relay = docker.getContainer(HostConfig.NetworkMode?.replace('container:', '') ?? '');
    expect((await relay.inspect()).HostConfig).toMatchObject({
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], NetworkMode: 'none' },
      Binds: [expect.stringMatching(/:ro$/)],
    });
    expect((await letGo(held, held.containerId)).json()).toBe(10_009);
  });

  test('reaches nothing but its own Runtime API: neither launcher, machine, Postgres, another container nor a name', async () => {
    const { NetworkSettings } = await (await permanent('launcher')).inspect();
    const [network] = Object.values(NetworkSettings.Networks);
    const held = await running('lambda-python', python(HOLD));
    const targets = [
      ...[
        `${network?.IPAddress}:9000`,
        `${network?.IPAddress}:8080`,
        `${network?.Gateway}:22`,
        `${network?.Gateway}:9000`,
      ],
      ...['127.0.0.1:9000', '127.0.0.1:5432', '127.0.0.1:8080', '172.17.0.1:22', '192.0.2.1:80', 'example.com:80'],
      '127.0.0.1:9001',
    ];
    const reached = await asked(
      'lambda-python',
      'result = {"interfaces": [name for _, name in socket.if_nameindex()], "reached": [], "sockets": []}',
      `for target in ${JSON.stringify(targets)}:`,
      '    host, port = target.split(":")',
      '    try: socket.create_connection((host, int(port)), 2); result["reached"].append(target)',
      '    except OSError: pass',
      'for folder, _, files in os.walk("/run"): result["sockets"] += [folder + "/" + file for file in files]',
      'result["postgres"] = os.path.exists("/var/run/postgresql/.s.PGSQL.5432")',
    );
    expect(reached).toEqual({
      interfaces: expect.not.arrayContaining([expect.stringMatching(/^eth/)]),
      ...{ reached: ['127.0.0.1:9001'], sockets: [], postgres: false },
    });
    await letGo(held, held.containerId);
  });

  test('can’t take another address, send a packet by hand, or see the relay’s processes', async () => {
    const tries = await asked(
      'lambda-python',
      'import fcntl, struct',
      'refused = []',
      'def attempt(what, action):',
      '    try: action()',
      '    except OSError as error: refused.append(what)',
      'request = struct.pack("16sH2x4s8x", b"lo", socket.AF_INET, socket.inet_aton("10.0.0.1"))',
      'attempt("address", lambda: fcntl.ioctl(socket.socket(), 0x8916, request))',
      'attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP))',
      'attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))',
      'attempt("port", lambda: socket.create_server(("127.0.0.1", 9001)))',
      'result = [refused, [each for each in os.listdir("/proc") if each.isdigit()]]',
    );
    expect(tries).toEqual([['address', 'raw', 'packet', 'port'], ['1']]);
  });

  test('can’t answer another container’s event', async () => {
    const bus = await follow(controlUrl, '/events');
    const held = await running('lambda-python', python(HOLD, 'result = "its own"'));
    const runs = new RegExp(
      `"type":"invocation.running","requestId":"([^"]+)"[^\\n]*"containerId":"${held.containerId}"`,
    );
    await expect.poll(bus.text).toMatch(runs);
    const requestId = runs.exec(bus.text())?.[1];
    bus.leave();
    const status = await asked(
      'lambda-python',
      `response, _ = call('POST', 'invocation/${requestId}/response', '"forged"')`,
      'result = response.status',
    );
    expect(status).toBe(403);
    expect((await letGo(held, held.containerId)).json()).toBe('its own');
  });

  test('whose container or relay is killed is retried', async () => {
    for (const relay of ['', '-relay']) {
      const held = await running('lambda-python', python(HOLD, 'result = "retried"'));
      const { Name } = await docker.getContainer(held.containerId).inspect();
      await docker.getContainer(`${Name.slice(1)}${relay}`).kill();
      const answer = await letGo(held, await held.runningAgain(1));
      expect(answer.json()).toBe('retried');
      expect(answer.headers['x-container-id']).not.toBe(held.containerId);
    }
  });

  test('whose launcher is killed leaves neither container nor relay behind', async () => {
    const held = await running('lambda-python', python(HOLD));
    held.answer.catch(() => undefined);
    await operator.crashLauncher();
    await expect.poll(() => containers('relay')).toEqual([]);
    await expect.poll(() => containers('lambda-python')).toEqual([]);
    await healthy();
  });
});

test('when nobody calls any more, neither a program nor its relay is left', async () => {
  for (const name of ['lambda-bash', 'lambda-python', 'lambda-python-reused', 'relay'])
    await expect.poll(() => containers(name)).toEqual([]);
});
