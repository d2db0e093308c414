import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { HOLD, letGo, running } from './held.ts';
import { operator } from './operator.ts';
import { type Answer, containers, controlUrl, docker, follow, invoke, invokeInTime, permanent } from './stack.ts';

/** Images that nobody here wrote: the event is on standard input, the result on standard output. */
const python = (...lines: string[]) => ({ python: lines.join('\n') });
const told = ({ status, headers, json }: Answer) => ({ status, error: headers['x-amz-function-error'], body: json() });
const functionError = (errorType: string, errorMessage: RegExp) => ({
  status: 200,
  error: 'Unhandled',
  body: { errorType, errorMessage: expect.stringMatching(errorMessage) },
});

test.each([
  ['greet-python', 'Python'],
  ['greet-bash', 'Bash'],
])('the sample %s greets', async (name, language) => {
  const greeting = `Hello, Ada, from ${language}.`;
  expect(told(await invoke(name, { name: 'Ada' }))).toEqual({ status: 200, error: undefined, body: { greeting } });
  expect(told(await invoke(name))).toEqual(functionError('Runtime.ExitError', /^exit status 1: name is missing\./));
});

describe('a function over stdio', () => {
  test('is confined as every other', async () => {
    const held = await running('python', python(HOLD, 'print(os.getuid())'));
    const [container] = (await containers('python')).filter(({ Id }) => Id.startsWith(held.containerId));
    const { Config, HostConfig } = await docker.getContainer(container?.Id ?? '').inspect();
    expect(Config.User).toBe('10009:10009');
    expect(HostConfig).toMatchObject({
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], NetworkMode: 'none' },
      ...{ Memory: 128 * 2 ** 20, PidsLimit: 32, LogConfig: { Type: 'none' } },
      Binds: [expect.stringMatching(/:\/etc\/hosts:ro$/)],
    });
    expect((await letGo(held, held.containerId)).json()).toBe(10_009);
  });

  test('can write nowhere but in /tmp, and has no network but its own localhost', async () => {
    const tries = python(
      'refused = []',
      'for path in ["/x", "/etc/x", "/tmp/x"]:',
      '  try: open(path, "w")',
      '  except OSError as error: refused.append(path)',
      'names = [name for _, name in socket.if_nameindex() if name != "lo"]',
      'here = socket.create_server(("localhost", 80))',
      'socket.create_connection(("localhost", 80))',
      'print(json.dumps([refused, names, here.accept()[1][0]]))',
    );
    const [refused, interfaces, caller] = (await invoke('python', tries)).json() as [string[], string[], string];
    expect(refused).toEqual(['/x', '/etc/x']);
    expect(interfaces.filter((name) => name.startsWith('eth'))).toEqual([]);
    expect(caller).toBe('127.0.0.1');
  });

  test('serves one event per container, and is gone then', async () => {
    const [first, second] = await Promise.all([1, 2].map((n) => invoke('python', python(`print(${n})`))));
    expect([first?.json(), second?.json()]).toEqual([1, 2]);
    expect(first?.headers['x-container-id']).not.toBe(second?.headers['x-container-id']);
    await expect.poll(() => containers('python')).toEqual([]);
  });

  test('gets and returns megabytes', async () => {
    const event = { ...python('print(json.dumps("x" * 6_000_000))'), padding: 'ä'.repeat(2 * 1024 * 1024) };
    expect((await invoke('python', event)).json()).toBe('x'.repeat(6_000_000));
  });

  test('that returns more than the limit is told so', async () => {
    const answer = await invoke('python', python('while True: print("x" * 100_000)'));
    expect(told(answer)).toEqual(
      functionError('Function.ResponseSizeTooLarge', /^The result is larger than the 6393856 /),
    );
  });

  test('that throws is reported with the last lines of its standard error', async () => {
    const answer = await invoke('python', python('raise ValueError("as told")'));
    expect(told(answer)).toEqual(
      functionError('Runtime.ExitError', /^exit status 1: Traceback .*\nValueError: as told$/s),
    );
  });

  test('that runs out of memory is told so', async () => {
    const answer = await invoke('python', python('x = bytearray(500_000_000)'));
    expect(told(answer)).toEqual(functionError('Runtime.OutOfMemory', /^out of memory$/));
  });

  test('that writes no result is told so', async () => {
    expect(told(await invoke('python', python('pass')))).toEqual(
      functionError('Runtime.NoResult', /^It exited with status 0/),
    );
  });

  test.each([
    ['never exits', 'python-impatient', python('print(1, flush=True)', 'time.sleep(1000)')],
    ['never reads', 'stdio-deaf', { text: 'x'.repeat(1e6) }],
  ])('that %s is ended at its deadline', async (_what, name, event) => {
    const answer = await invokeInTime(name, event);
    expect(told(answer)).toEqual(functionError('Sandbox.Timedout', /Task timed out after 4.00 seconds$/));
    expect(await containers(name)).toEqual([]);
  });

  test('that writes before it has an event never gets one', async () => {
    const bus = await follow(controlUrl, '/events');
    await invoke('stdio-too-early');
    // Its successor, kept ready, has no event when it writes.
    const gone = /"type":"container.gone"[^\n]*"name":"stdio-too-early"[^\n]*"served":0/;
    await expect.poll(bus.text).toMatch(gone);
    bus.leave();
  });

  test('that ends without reading is reported in its own words', async () => {
    const answer = await invoke('stdio-ends-at-once');
    expect(told(answer)).toEqual(functionError('Runtime.ExitError', /exit status 2: no such file$/));
  });

  test('whose image is missing says how to bring it', async () => {
    const { status, text } = await invoke('stdio-without-an-image');
    expect(status).toBe(500);
    expect(text).toContain("The image no-such-image:1 isn't on this machine; `docker pull no-such-image:1` brings it.");
  });

  test('whose command isn’t in the image is refused at once, not at its deadline of ten minutes', async () => {
    const { status, headers, text } = await invoke('stdio-without-its-program');
    expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 500, type: 'InternalFailure' });
    expect(text).toMatch(
      /can't run the catalog's command .*pyhton.*executable file.*Correct \\"command\\" of stdio-without/,
    );
    await expect.poll(() => containers('stdio-without-its-program')).toEqual([]);
  });

  test('whose container is killed is retried', async () => {
    const held = await running('python', python(HOLD, 'print(1)'));
    await operator.kill(held.containerId);
    const answer = await letGo(held, await held.runningAgain(1));
    expect(answer.json()).toBe(1);
    expect(answer.headers['x-container-id']).not.toBe(held.containerId);
  });
});

describe('lost engine', () => {
  afterEach(() => operator.findEngine().catch(() => undefined));

  test('a result that broke off with its connection is not taken for a whole one', async () => {
    const held = await running('python', python('print("[1,", flush=True)', HOLD, 'print("2]")'));
    await operator.loseEngine();
    await operator.findEngine();
    const answer = await letGo(held, await held.runningAgain(1));
    expect(answer.json()).toEqual([1, 2]);
    expect(answer.headers['x-container-id']).not.toBe(held.containerId);
  });
});

describe('the launcher refuses a catalog before it starts', () => {
  const at = (path: string) => new URL(`../../../${path}`, import.meta.url).pathname;
  /** What its check says, with this file as its catalog. */
  async function said(catalog: string, ...more: string[]): Promise<string> {
    const { Image } = await (await permanent('launcher')).inspect();
    const volumes = [`${at('.secrets')}:/run/secrets:ro`, `${at(catalog)}:/launcher/catalog.json:ro`];
    const settings = ['STACK_ID=none', ...more];
    const options = [
      ...volumes.map((volume) => `--volume=${volume}`),
      ...settings.map((setting) => `--env=${setting}`),
    ];
    const run = promisify(execFile)('docker', ['run', '--rm', '--network=none', ...options, Image, '--check']);
    return run.then(
      () => 'nothing',
      ({ stderr }: { stderr: string }) => stderr,
    );
  }

  test('that a Swarm can’t run, and names the functions', async () => {
    expect(await said('.cache/test-catalog.json', 'ENGINE=swarm', `TASK_ID=${'0'.repeat(25)}`)).toMatch(
      /^The catalog can't be used on a Swarm:\n {2}greet-python: .* has no standard input\n {2}greet-bash: /,
    );
  });

  test('that is none, in words and without a stack trace', async () => {
    const what = await said('package.json');
    expect(what).toMatch(/^Invalid catalog:\n✖ /);
    expect(what).not.toMatch(/^\s+at /m);
  });
});
