import { Readable } from 'node:stream';
import { parsePolls } from '@serverless-vote/contracts/polls-text';
import { anyBytes, anyText, forAll } from '@serverless-vote/fuzz';
import fc from 'fast-check';
import { beforeAll, expect, test, vi } from 'vitest';
import { isProblem } from './ballot/problem.ts';
import { BadRequest, voteFrom } from './choice.ts';
import { parseEnvironment } from './env.ts';
import { Scene } from './live/scene.ts';
import { phasesFrom } from './phases.ts';
import { callFor, orderFrom } from './presenter/order.ts';
import { welcome } from './presenter/welcome.ts';
import { publicAddress, spoken } from './public-address.ts';
import { parseReceipt } from './receipt.ts';
import { asCsv } from './results/export.ts';
import { percentages } from './results/tally.ts';
import { isSameOrigin } from './same-origin.ts';
import { sign, unsign } from './signed.ts';
import { receiptFrom, voterFrom } from './voter.ts';

const secrets = ['s'.repeat(43)];

beforeAll(() => {
  vi.stubEnv('LISTEN_ADDRESS', '/run/web/web.sock');
  vi.stubEnv('CONTROL_ADDRESS', '/run/control/control.sock');
  vi.stubEnv('SESSION_SECRET', secrets.join());
  vi.stubEnv('STACK_ID', 'stack');
  vi.stubEnv('PRESENTER_KEY', 'k'.repeat(64));
});

/** A header's value as a server receives it: any bytes except line breaks. */
const anyHeader = anyText.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\0\r\n]/g, ' '),
);

test('any post has a choice, or is refused with 400, 413 or 415', () => {
  const known = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'text/plain',
  );
  const multipart = anyText.map((text) =>
    Buffer.from(`--x\r\nContent-Disposition: form-data; name="choice"\r\n\r\n${text}\r\n--x--\r\n`),
  );
  const field = anyText.map((text) => Buffer.from(`choice=${text}`));
  const long = fc.nat(40_000).map((length) => Buffer.from(`choice=${'c'.repeat(length)}`));
  const bodies = fc.oneof(anyBytes, multipart, field, long);
  return forAll(fc.tuple(fc.oneof(known, anyHeader), bodies), 2000, async ([type, body]) => {
    const headers = new Headers();
    headers.set('content-type', type);
    const request = Object.assign(Readable.from([Buffer.from(body)]), { headers: Object.fromEntries(headers) });
    const read = await voteFrom(request).catch((error: unknown) => error);
    if (!(read instanceof Error)) return expect((read as { choice: string }).choice.length).toBeGreaterThan(0);
    expect(read).toBeInstanceOf(BadRequest);
    expect([400, 413, 415]).toContain((read as BadRequest).status);
  });
});

test('any cookie with an invalid signature is ignored', () =>
  forAll(anyText, 1500, (cookie) => {
    expect(voterFrom(cookie)).toBeUndefined();
    expect(receiptFrom(cookie, 'voter')).toBeUndefined();
    expect(unsign(cookie, 'voter', secrets)).toBeUndefined();
  }));

test('any signed value is verified for its own purpose and unchanged only', () =>
  forAll(fc.tuple(anyText, anyText, anyText), 1000, ([value, purpose, other]) => {
    const signed = sign(value, purpose, secrets);
    expect(unsign(signed, purpose, secrets)).toBe(value);
    if (Buffer.from(other).equals(Buffer.from(purpose))) return;
    expect(unsign(signed, other, secrets)).toBeUndefined();
    expect(unsign(`${other}${signed}`, purpose, secrets)).toBe(other === '' ? value : undefined);
  }));

test('any receipt is parsed completely, or ignored', () => {
  const whole = fc.record({
    choice: anyText,
    poll: anyText,
    recordedAt: anyText,
    requestId: anyText,
    containerId: anyText,
    startKind: fc.constantFrom('cold', 'warm', 'lukewarm'),
    durationMs: fc.double(),
    phases: fc.record({ runMs: fc.oneof(fc.double(), anyText) }, { requiredKeys: [] }),
  });
  return forAll(
    fc.oneof(
      anyText,
      fc.json(),
      whole.map((each) => JSON.stringify(each)),
    ),
    1500,
    (text) => {
      const receipt = parseReceipt(text);
      if (receipt)
        expect(receipt).toMatchObject({ choice: expect.any(String), startKind: expect.stringMatching(/cold|warm/) });
    },
  );
});

test('no post with another host in its Origin, or from another site, counts as ours', () => {
  const hosts = fc.constantFrom(
    'evil.test',
    'vote.test.evil.test',
    'vote.test:81',
    'evil.test/vote.test',
    'vote.test@evil.test',
  );
  const sites = fc.constantFrom('cross-site', 'same-site', 'same-origin', null);
  return forAll(fc.tuple(fc.oneof(hosts, anyHeader), sites), 1500, ([host, site]) => {
    const headers = new Headers({ host: 'vote.test', 'x-forwarded-host': 'vote.test' });
    headers.set('origin', `http://${host}`);
    if (site) headers.set('sec-fetch-site', site);
    const origin = headers.get('origin') ?? '';
    const ours = URL.canParse(origin) && new URL(origin).host === 'vote.test';
    expect(isSameOrigin(Object.fromEntries(headers))).toBe(ours && (site === null || site === 'same-origin'));
  });
});

test('any address is one that phones can type, or none', () =>
  forAll(fc.tuple(anyText, fc.oneof(anyHeader, fc.ipV4(), fc.domain())), 1000, ([told, host]) => {
    const address = publicAddress(told, host);
    if (address === undefined) return;
    expect(new URL(address).protocol).toMatch(/^https?:$/);
    expect(spoken(address)).not.toMatch(/^http:/);
    if (address !== URL.parse(told)?.href) expect(address).toBe(`${new URL(address).origin}/`);
  }));

test('any results survive a round trip through CSV, except for apostrophes before formulas', () => {
  const tally = fc.array(fc.record({ id: anyText, label: anyText, votes: fc.nat() }), { minLength: 1, maxLength: 8 });
  return forAll(tally, 1000, (given) => {
    const total = given.reduce((sum, { votes }) => sum + votes, 0);
    const rows = csvRows(asCsv({ options: given, total }));
    const shares = percentages(given.map(({ votes }) => votes));
    const bare = (cells: readonly string[]) => cells.map((cell) => cell.replaceAll("'", ''));
    expect(rows.slice(1).map(bare)).toEqual(
      given.map(({ id, label, votes }, i) => bare([id, label, `${votes}`, `${shares[i]}`])),
    );
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@＝＋－＠\t\r\n\0]/);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total === 0 ? 0 : 100);
  });
});

test('any Server-Timing gives times that are times', () =>
  forAll(
    fc.oneof(
      anyText,
      anyText.map((text) => `queue;dur=${text}, run;dur=1`),
    ),
    1000,
    (header) => {
      for (const ms of Object.values(phasesFrom(header))) expect(ms).toBeGreaterThanOrEqual(0);
    },
  ));

test('any environment is parsed, or each invalid variable is named', () => {
  const names = fc.constantFrom('LISTEN_ADDRESS', 'CONTROL_ADDRESS', 'SESSION_SECRET', 'STACK_ID', 'PARTS', 'LIVE');
  return forAll(fc.dictionary(names, fc.oneof(anyText, fc.json())), 1000, (variables) => {
    expect(() => parseEnvironment(variables)).toThrow(/^Invalid environment of web:\n {2}[A-Z]/);
  });
});

test('any address of the presenter’s pages is welcomed, and no guess is the presenter’s key', () =>
  forAll(
    fc.oneof(
      anyText,
      anyText.map((text) => `/live?key=${text}`),
      anyText.map((text) => `/present?key=${text}`),
    ),
    1000,
    (url) => {
      const headers = new Map<string, unknown>();
      const response = { setHeader: headers.set.bind(headers), writeHead: () => ({ end: () => undefined }) };
      welcome({ url, method: 'GET' } as never, response as never);
      expect(headers.get('set-cookie')).toBeUndefined();
      expect(isProblem(url)).toBe(false);
    },
  ));

test('any text has questions that could be stored, or each problem has its line', () => {
  const lines = fc.array(fc.oneof(anyText, fc.constantFrom('', 'a', 'b', 'c')), { maxLength: 20 });
  return forAll(
    lines.map((all) => all.join('\n')),
    1500,
    (text) => {
      const parsed = parsePolls(text);
      if ('problems' in parsed) {
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const problem of parsed.problems) expect(problem).toMatch(/^Line \d+: ./);
        return;
      }
      for (const { question, options } of parsed.polls) {
        expect(options.length).toBeGreaterThanOrEqual(2);
        for (const words of [question, ...options.map(({ label }) => label)]) {
          expect(words).toBe(words.trim());
          expect(words.isWellFormed() && !/\p{Cc}/u.test(words)).toBe(true);
        }
      }
    },
  );
});

test('any body is an order to a function that the page knows, or no order', () => {
  const kind = fc.constantFrom('add', 'open', 'startOver', 'close', 'hide', 'reveal', 'remove', '__proto__');
  const order = fc.record({ kind, poll: anyText, hidden: fc.boolean(), text: anyText, closesInSeconds: fc.integer() });
  return forAll(fc.oneof(fc.jsonValue(), order), 1500, (body) => {
    try {
      const { functionName, event } = callFor(orderFrom(body));
      expect(functionName).toMatch(/^(open-poll|close-poll|edit-polls)$/);
      expect(Object.keys(event).length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  });
});

test('any sequence of messages keeps the live picture within its slots', () => {
  const view = fc.record({
    ...{ id: fc.constantFrom('1', '2', '3', '4', '5'), name: fc.constantFrom('web', 'other', '__proto__') },
    ...{ state: fc.constantFrom('starting' as const, 'gone' as const), inFlight: fc.nat(3), served: fc.nat(9) },
    createdAt: fc.nat(),
  });
  const messages = fc.array(fc.array(view, { maxLength: 6 }), { maxLength: 6 });
  const counters = {
    today: { since: 0, started: 0, removed: 0 },
    reused: {},
    removed: 0,
    removedWell: 0,
    invocations: 0,
    succeeded: 0,
    retried: 0,
    p50: {},
  };
  return forAll(messages, 500, (each) => {
    const scene = new Scene([{ name: 'web', limit: 3 }]);
    scene.begin({ now: 0, since: 0, containers: [], reusing: [], counters });
    for (const containers of each) scene.change({ now: 0, containers, counters, reusing: [], moments: [] });
    expect(scene.slots({ name: 'web', limit: 3 })).toHaveLength(3);
  });
});

/** Reads comma-separated values as RFC 4180 says. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  const fields = text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g);
  for (const [, quoted, plain = '', end] of fields) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}
