import { readFileSync } from 'node:fs';
import { forAll } from '@serverless-vote/fuzz';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyBrokenRequest, anyPath, anyRequest, anySmuggler, bytesOf, type Heard, sendRaw } from './raw-requests.ts';
import { baseUrl, containers, controlUrl, docker, invoke, permanent, visit, vote, watchCreations } from './stack.ts';

const AT_ONCE = 50;
const ANSWER_MS = 60_000;
/** An endpoint that hasn't answered a broken request by then is waiting for the rest of it. */
const BROKEN_MS = 150;
const gateway = Number(new URL(baseUrl).port);
const control = Number(new URL(controlUrl).port);

const batch = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: AT_ONCE, maxLength: AT_ONCE });
const size = (inputs: readonly unknown[]) => inputs.length;

let creations: Awaited<ReturnType<typeof watchCreations>>;
let launcherSince: string;
beforeAll(async () => {
  launcherSince = (await (await permanent('launcher')).inspect()).State.StartedAt;
  creations = await watchCreations();
});

afterAll(async () => {
  // Afterwards the launcher is the same process, votes are recorded, and nothing ran that isn't in the catalog.
  expect((await vote()).status).toBe(200);
  expect((await (await permanent('launcher')).inspect()).State.StartedAt).toBe(launcherSince);
  const catalog = JSON.parse(readFileSync(new URL('../../../.cache/test-catalog.json', import.meta.url), 'utf8'));
  const named = Object.entries<{ image: string }>({ ...catalog.functions, ...catalog.services });
  const allowed = named.map(([name, { image }]) => `${name} ${image.replace(/:[^:/]*$/, '')}`);
  const created = creations.end();
  expect(created).toContain(`misbehave ${catalog.functions.misbehave.image}`);
  expect(created.filter((each) => !allowed.includes(each))).toEqual([]);
});

/** Below 500, or the one documented 5xx: 503 with `Retry-After`. */
function expectClear({ status, text }: Heard, sent: Buffer): void {
  const about = `${sent.toString('latin1').slice(0, 500)}\n→ ${text.slice(0, 300)}`;
  if (status === 503) return expect(text, about).toMatch(/^Retry-After: \d+\r$/im);
  expect(status === 'nothing' ? 0 : status, about).toBeLessThan(500);
}

const PRIVATE = /FunctionArn|# HELP|"status":"(ok|starting)"|x-amzn-|x-amz-|lambda-runtime-/i;

/** Any request is answered clearly. */
const expectAlwaysClear = (
  endpoint: Parameters<typeof sendRaw>[0],
  batches: number,
  also: (heard: Heard) => void = () => undefined,
) =>
  forAll(
    batch(anyRequest),
    batches,
    async (requests) => {
      const sent = requests.map((request) => bytesOf(request));
      const heard = await Promise.all(sent.map((bytes) => sendRaw(endpoint, bytes, ANSWER_MS)));
      heard.forEach((each, i) => {
        expect(each.status, `no answer to ${sent[i]}`).not.toBe('nothing');
        expectClear(each, sent[i] as Buffer);
        also(each);
      });
    },
    size,
  );

describe('the gateway', () => {
  test('answers any request clearly, and exposes nothing of the control API or the Runtime API, however it is spelled', () =>
    expectAlwaysClear(gateway, 5, ({ text }) => {
      expect(text).not.toMatch(PRIVATE);
      expect(text).not.toMatch(/^X-Evil/im);
    }));

  test('answers a broken request clearly, or hangs up', () => expectBrokenSurvived(gateway, 10));
  test('answers no second request that hides in the first', () => expectNothingSmuggled(gateway, 5));
});

describe('the control API', () => {
  test('answers any request clearly', () => expectAlwaysClear(control, 8));

  test('is unreachable by a foreign host name, or from a foreign page', () => {
    const hosts = fc.constantFrom('evil.test', '127.0.0.1.evil.test', 'localhost.evil.test:9000', '127.0.0.1.', '');
    const foreign = fc.tuple(
      anyPath,
      fc.oneof(hosts, fc.domain()),
      fc.boolean(),
      fc.constantFrom('null', 'http://evil.test'),
    );
    return forAll(
      batch(foreign),
      10,
      async (requests) => {
        const heard = await Promise.all(
          requests.map(([path, host, byName, origin]) => {
            const headers: [string, string][] = byName ? [] : [['Origin', origin]];
            const request = { method: 'GET', path, host: byName ? host : 'localhost', headers, body: Buffer.alloc(0) };
            return sendRaw(control, bytesOf(request), ANSWER_MS);
          }),
        );
        for (const { status, text } of heard) expect([400, 403], text).toContain(status);
      },
      size,
    );
  });

  test('answers a broken request clearly, or hangs up', () => expectBrokenSurvived(control, 10));
  test('answers no second request that hides in the first', () => expectNothingSmuggled(control, 5));
});

describe('inside, at its own socket,', () => {
  test('a function finds no request that the runtime API does not answer clearly', () =>
    forAll(
      batch(
        fc.oneof(
          anyRequest.map((request) => bytesOf(request)),
          anyBrokenRequest,
          anySmuggler,
        ),
      ),
      4,
      async (sent) => {
        const requests = sent.map((bytes) => bytes.subarray(0, 2000).toString('base64'));
        const answer = await invoke('misbehave', { do: 'send-raw', requests });
        expect(answer.json(), answer.text).toHaveLength(sent.length);
        for (const first of answer.json() as string[]) expect(first).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
      },
      size,
    ));

  test('web finds no request that its socket to the control API does not answer clearly, and nothing but invocations', () =>
    forAll(
      batch(
        fc.oneof(
          anyRequest.map((request) => bytesOf(request)),
          anyBrokenRequest,
          anySmuggler,
        ),
      ),
      3,
      async (sent) => {
        const answers = await askAsWeb(sent.map((bytes) => bytes.subarray(0, 1500)));
        expect(answers).toHaveLength(sent.length);
        for (const text of answers) {
          expect(text).toMatch(/^$|^HTTP\/1\.1 (100|200|204|4\d\d) /);
          expect(text).not.toMatch(/FunctionArn|# HELP/);
        }
      },
      size,
    ));

  test('web may invoke what the catalog allows web, and nothing else', async () => {
    const asks = (method: string, path: string) =>
      bytesOf({ method, path, host: 'launcher', headers: [], body: Buffer.from('{}') });
    const invocations = (name: string) => asks('POST', `/2015-03-31/functions/${name}/invocations`);
    const answers = await askAsWeb(
      [
        ...['misbehave', 'arn:aws:lambda:local:000000000000:function:misbehave', 'function:record-vote'].map(
          invocations,
        ),
        ...['/2015-03-31/functions', '/metrics', '/events'].map((path) => asks('GET', path)),
        asks('POST', '/reset'),
        asks('POST', '/presenter/kill?name=record-vote'),
      ],
      ANSWER_MS,
    );
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual([
      ...['403', '403', '403'],
      ...['404', '404', '404'],
      ...['404', '403'],
    ]);
  });
});

/** The answers that web gets from its socket to the control API, request by request. */
async function askAsWeb(sent: Buffer[], patienceMs = BROKEN_MS): Promise<string[]> {
  await visit('/');
  const [web] = await containers('web');
  const requests = JSON.stringify(sent.map((bytes) => bytes.toString('base64')));
  const Cmd = ['node', '-e', SEND_RAW, requests, `${patienceMs}`];
  const exec = await docker.getContainer(web?.Id ?? '').exec({ Cmd, AttachStdout: true, AttachStderr: true });
  const output: Buffer[] = [];
  // On a busy machine this takes longer than web stays without requests.
  const keepingAwake = setInterval(() => visit('/').catch(() => undefined), 1_000);
  try {
    for await (const chunk of await exec.start({ Tty: true })) output.push(chunk as Buffer);
  } finally {
    clearInterval(keepingAwake);
  }
  const said = Buffer.concat(output).toString();
  return JSON.parse(/\[.*\]/s.exec(said)?.[0] ?? `["${said.slice(0, 300)}"]`) as string[];
}

function expectBrokenSurvived(port: number, runs: number): Promise<void> {
  return forAll(
    batch(anyBrokenRequest),
    runs,
    async (sent) => {
      const heard = await Promise.all(sent.map((bytes) => sendRaw(port, bytes, BROKEN_MS)));
      for (const [i, each] of heard.entries()) expectClear(each, sent[i] as Buffer);
    },
    size,
  );
}

function expectNothingSmuggled(port: number, runs: number): Promise<void> {
  return forAll(
    batch(anySmuggler),
    runs,
    async (sent) => {
      const heard = await Promise.all(sent.map((bytes) => sendRaw(port, bytes, ANSWER_MS)));
      heard.forEach(({ status, text }, i) => {
        expect(status, `${sent[i]}\n→ ${text}`).toBe(400);
        expect(text.match(/^HTTP\/1\.1 /gm), text).toHaveLength(1);
      });
    },
    size,
  );
}

/** For web's container: sends each request of its argument to the control API's socket, ten at once, and prints the answers. */
const SEND_RAW = `
const send = (bytes) => new Promise((resolve) => {
  let text = '';
  const socket = require('node:net').connect('/run/control/control.sock');
  const end = () => { clearTimeout(patience); socket.destroy(); resolve(text.slice(0, 300)); };
  const patience = setTimeout(end, Number(process.argv[2]));
  socket.on('error', end).on('close', end).on('data', (data) => { text += data.toString('latin1'); setImmediate(end); });
  socket.write(Buffer.from(bytes, 'base64'));
});
(async () => {
  const answers = [];
  const requests = JSON.parse(process.argv[1]);
  while (requests.length > 0) answers.push(...await Promise.all(requests.splice(0, 10).map(send)));
  console.log(JSON.stringify(answers));
})();`;
