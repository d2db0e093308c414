import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { endPauses, ownerSession } from '@serverless-vote/launcher/integration/sql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, '../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'fn-'));
const vote = () => JSON.stringify({ voterId: randomUUID(), choice: 'cats' });

/** The real program, as a shell would run it; the stack is the one that `make test` has started. */
const start = (...args: string[]): ChildProcess => spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });

async function fn(args: string[], input = ''): Promise<{ status: number; out: string; err: string }> {
  const child = start(...args);
  child.stdin?.end(input);
  const [out, err, [status]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'close'),
  ]);
  return { status, out, err };
}

beforeAll(() => fn(['dead-letters', 'delete', '--all']));
afterAll(() => rmSync(folder, { recursive: true }));

describe('fn', () => {
  test('without a command prints the usage, and fails', async () => {
    const { status, out } = await fn([]);
    expect(status).toBe(2);
    expect(out).toContain('fn invoke <function> [event]');
    expect((await fn(['--help'])).status).toBe(0);
  });

  test.each([
    [['nope'], /no command "nope"/],
    [['invoke'], /Which function\?/],
    [['invoke', 'misbehave', '{}', 'more'], /Too many arguments/],
    [['invoke', 'misbehave', '{}', '--file', 'x'], /not both/],
    [['invoke', 'misbehave', '--file', '/nowhere'], /can't be read/],
    [['list', '--jsn'], /Unknown option/],
    [['logs', 'misbehave', '--tail', 'all'], /number of lines/],
    [['dead-letters', 'resend'], /Which\?/],
    [['dead-letters', 'burn'], /list, show, resend, delete/],
  ])('answers a wrong command line in words, with status 2: %j', async (args, words) => {
    const { status, err } = await fn(args);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringMatching(words) });
  });

  test('says so when the control API doesn’t answer, with status 4', async () => {
    const { status, err } = await fn(['list', '--url', 'http://127.0.0.1:9']);
    expect({ status, err }).toEqual({
      status: 4,
      err: expect.stringMatching(/^The control API does not answer at .*make run/),
    });
  });
});

describe('fn list and describe', () => {
  test('show what the catalog has', async () => {
    expect((await fn(['list'])).out).toMatch(
      /^FUNCTION +MEMORY +DEADLINE +PROTOCOL +MAY INVOKE\nrecord-vote +128 MB +18 s +runtime-api +-\n/,
    );
    expect(JSON.parse((await fn(['list', '--json'])).out)).toEqual(
      expect.arrayContaining([expect.objectContaining({ FunctionName: 'fetch-results' })]),
    );
    expect((await fn(['describe', 'record-vote'])).out).toMatch(/^Concurrency +6 containers$/m);
    expect(JSON.parse((await fn(['describe', 'record-vote', '--json'])).out)).toMatchObject({
      Configuration: { FunctionName: 'record-vote' },
      Concurrency: { ReservedConcurrentExecutions: 6 },
    });
  });

  test('of an unknown function names the known ones, with status 3', async () => {
    const { status, err } = await fn(['describe', 'nobody']);
    expect({ status, err }).toEqual({
      status: 3,
      err: expect.stringMatching(/Function not found: "nobody".*record-vote/),
    });
    expect(JSON.parse((await fn(['describe', 'nobody', '--json'])).err)).toEqual({
      error: { type: 'ResourceNotFoundException', message: expect.any(String) },
    });
  });
});

describe('fn invoke', () => {
  test('takes its event as an argument, from a file, and from standard input', async () => {
    const file = join(folder, 'event.json');
    writeFileSync(file, vote());
    for (const [args, input] of [
      [[vote()], ''],
      [['--file', file], ''],
      [['-'], vote()],
    ] as const) {
      const { status, out } = await fn(['invoke', 'record-vote', ...args], input);
      expect(status).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ choice: 'cats', recordedAt: expect.any(String) });
    }
  });

  test('shows the end of the log and what each phase took', async () => {
    const { out, err } = await fn(['invoke', 'misbehave', '{"do":"say","text":"as told"}']);
    expect(JSON.parse(out)).toEqual({});
    expect(err).toMatch(/^START RequestId: .*\nas told\nEND RequestId: .*\nREPORT RequestId: /);
    expect(err).toMatch(/^cold, container [0-9a-f]{12}: queue [\d.]+ ms, create .* run [\d.]+ ms$/m);
    const asJson = JSON.parse((await fn(['invoke', 'misbehave', '{}', '--json'])).out);
    expect(asJson).toMatchObject({ result: {}, startKind: 'cold', phases: { run: expect.any(Number) } });
  });

  test('tells a function’s error in words, with status 1', async () => {
    const { status, out, err } = await fn(['invoke', 'misbehave', '{"do":"fail"}']);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^misbehave failed: TypeError: as told$/m);
  });

  test('of anything but JSON is refused, with status 3', async () => {
    const { status, err } = await fn(['invoke', 'misbehave', '{']);
    expect({ status, err }).toEqual({ status: 3, err: expect.stringMatching(/The event is not JSON/) });
  });
});

describe('fn invoke --async --delay', () => {
  test('prints the request id at once, and the event runs when it is due', async () => {
    const text = randomUUID();
    const { status, out } = await fn([
      'invoke',
      'misbehave',
      JSON.stringify({ do: 'say', text }),
      '--async',
      '--delay',
      '900',
    ]);
    expect({ status, out }).toEqual({ status: 0, out: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
    expect((await fn(['logs', 'misbehave', '--tail', '5'])).out).not.toContain(text);
    const { client, end } = await ownerSession();
    const soon = `update async_events.job set start_after = now() where id = $1 and start_after > now() + interval '800 s'`;
    expect((await client.query(soon, [out.trim()])).rowCount).toBe(1);
    await endPauses(client);
    await end();
    await expect.poll(async () => (await fn(['logs', 'misbehave', '--tail', '5'])).out).toContain(text);
  });

  test('takes no other delays, and none without --async', async () => {
    expect((await fn(['invoke', 'misbehave', '{}', '--async', '--delay', '901'])).status).toBe(3);
    expect((await fn(['invoke', 'misbehave', '{}', '--delay', '1'])).status).toBe(2);
  });
});

describe('fn logs', () => {
  test('shows what a function has written, and follows it', async () => {
    const first = randomUUID();
    await fn(['invoke', 'misbehave', JSON.stringify({ do: 'say', text: first })]);
    await expect.poll(async () => (await fn(['logs', 'misbehave', '--tail', '5'])).out).toContain(first);

    const following = start('logs', 'misbehave', '--follow', '--tail', '1', '--json');
    let seen = '';
    following.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await expect.poll(() => seen).toContain(first);
    const second = randomUUID();
    await fn(['invoke', 'misbehave', JSON.stringify({ do: 'say', text: second })]);
    await expect.poll(() => seen).toContain(second);
    following.kill();
    const line = JSON.parse(seen.split('\n').find((each) => each.includes(second)) ?? '');
    expect(line).toMatchObject({ name: 'misbehave', instance: expect.stringMatching(/^[0-9a-f]{12}$/), text: second });
  });
});

describe('fn dead-letters', () => {
  test('lists them, shows, sends again, and deletes', async () => {
    expect(await fn(['dead-letters'])).toMatchObject({ status: 0, out: '', err: 'There are no dead letters.\n' });
    const event = '{"do":"fail"}';
    const { out, status } = await fn(['invoke', 'misbehave', event, '--async']);
    const id = out.trim();
    expect({ status, id }).toEqual({ status: 0, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const owner = await ownerSession();
    const listed = async (...options: string[]) => {
      await endPauses(owner.client);
      return (await fn(['dead-letters', ...options])).out;
    };
    await expect.poll(() => listed()).toContain(id);
    expect((await fn(['dead-letters'])).out).toMatch(new RegExp(`^${id}  misbehave  .*  TypeError: as told$`, 'm'));
    expect((await fn(['dead-letters', 'show', id])).out).toBe(`${event}\n`);
    expect((await fn(['dead-letters', 'resend', '--function', 'record-vote'])).out).toBe('0 sent again\n');
    expect((await fn(['dead-letters', 'resend', id])).out).toBe('1 sent again\n');
    expect((await fn(['dead-letters', 'resend', id])).status).toBe(3);
    await expect.poll(async () => JSON.parse(await listed('--json')).total).toBe(1);
    await owner.end();
    expect((await fn(['dead-letters', 'delete', '--all', '--json'])).out).toBe('{"deleted":1}\n');
  });
});
