import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { findFunction, NotInCatalog, parseCatalog, WEB } from '@serverless-vote/catalog';
import { followOutput } from '@serverless-vote/contracts/output-lines';
import { parsePoll } from '@serverless-vote/contracts/poll';
import { anyBytes, anyText, forAll } from '@serverless-vote/fuzz';
import { ByteBudget, readBody } from '@serverless-vote/http-server/body';
import { jsonFault } from '@serverless-vote/http-server/json';
import { parseVote } from '@serverless-vote/record-vote/contract';
import { parseSettings, SettingsError } from '@serverless-vote/settings';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceOf } from './gateway/service-of.ts';

const json = readFileSync(new URL('../../../functions/catalog.json', import.meta.url), 'utf8');
const catalog = parseCatalog(json);

/** The returned value, or the thrown error. */
const outcomeOf = <T>(work: () => T): T | unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test('any settings are parsed, or each invalid one is named', () => {
  const names = fc.constantFrom(
    'STACK_ID',
    'IMAGE_TAG',
    'POLL_QUESTION',
    'POLL_OPTIONS',
    'LIVE',
    'LOG_LEVEL',
    'PUBLIC_URL',
  );
  const more = fc.constantFrom(
    'CONTROL_HOSTS',
    'FUNCTION_IDLE_TIMEOUT_MS',
    'WEB_IDLE_TIMEOUT_MS',
    'SESSION_SECRET_FILE',
  );
  return forAll(fc.dictionary(fc.oneof(names, more), anyText), 1000, (environment) => {
    const error = outcomeOf(() => parseSettings(environment));
    // There is no secret here, so there is always a problem.
    expect(error).toBeInstanceOf(SettingsError);
    expect((error as Error).message).toMatch(/^Invalid settings:\n {2}[A-Z_]+: /);
  });
});

test('any poll can be voted in, or its settings are rejected', () => {
  const growing = fc.string({ unit: fc.constantFrom('ﷺ', 'ﬃ', 'İ', '-', '١'), maxLength: 60 });
  const labels = fc.array(fc.oneof(anyText, growing), { maxLength: 10 }).map((texts) => texts.join(','));
  return forAll(fc.tuple(anyText, labels), 1500, ([question, options]) => {
    const parsed = parsePoll(question, options);
    if ('problems' in parsed) return expect(parsed.problems.join()).toMatch(/^POLL_/);
    const ids = parsed.poll.options.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const choice of ids) parseVote({ voterId: '00000000-0000-4000-8000-000000000000', choice });
  });
});

test('any catalog is within the limits, or is rejected', () => {
  const paths = fc.constantFrom(
    'functions',
    'record-vote',
    'image',
    'user',
    'memoryMb',
    'serving',
    'kind',
    'services',
    'web',
    'mayInvoke',
    'streams',
  );
  const edited = fc.tuple(fc.array(fc.tuple(paths, fc.jsonValue()), { minLength: 1, maxLength: 3 })).map(([edits]) => {
    const change = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value).map(([key, inner]) => [
              key,
              edits.find(([name]) => name === key)?.[1] ?? change(inner),
            ]),
          );
    return JSON.stringify(change(JSON.parse(json)));
  });
  return forAll(fc.oneof(edited, fc.json(), anyText), 1000, (text) => {
    const read = outcomeOf(() => parseCatalog(text)) as ReturnType<typeof parseCatalog> | Error;
    if (read instanceof Error) return expect(read.message).toMatch(/^Invalid catalog:\n/);
    for (const { image, user } of [...Object.values(read.services), ...Object.values(read.functions)]) {
      expect(image).toMatch(/^[a-z0-9][a-z0-9./_-]*(:\w[\w.-]*)?$/);
      expect(user).toBeGreaterThanOrEqual(1000);
    }
  });
});

test('any Host is one of the services, or none below localhost', () => {
  const services = new Map([WEB, 'hello', 'a-b'].map((name) => [name, {}]));
  const part = fc.constantFrom(
    'hello',
    'A-B',
    'web',
    'localhost',
    'LOCALHOST',
    '.',
    ':',
    '8080',
    '127.0.0.1',
    '[::1]',
    '',
  );
  const spelled = fc.array(fc.oneof(part, anyText), { maxLength: 6 }).map((parts) => parts.join(''));
  return forAll(fc.oneof(spelled, anyText), 1000, (host) => {
    const name = outcomeOf(() => serviceOf(host, services));
    if (name === undefined) return expect(host).toMatch(/\.localhost\.?(:\d*)?$/i);
    expect([...services.keys()]).toContain(name);
    if (name !== WEB) expect(host.toLowerCase()).toMatch(new RegExp(`^${name}\\.localhost\\.?(:\\d*)?$`));
  });
});

test('any name finds a function of the catalog, or is refused in a few words', () => {
  const spelled = fc
    .tuple(
      fc.constantFrom('', 'arn:aws:lambda:local:', 'function:', '000000000000:'),
      anyText,
      fc.constantFrom('', ':1', ':$LATEST'),
    )
    .map((parts) => parts.join(''));
  const known = fc.constantFrom(
    'record-vote',
    'RECORD-VOTE',
    'record-vote\n',
    'record-vote/..',
    ' record-vote',
    'toString',
  );
  return forAll(fc.tuple(fc.oneof(spelled, known, anyText), fc.option(anyText)), 2000, ([requested, qualifier]) => {
    const found = outcomeOf(() => findFunction(catalog, requested, qualifier ?? undefined));
    if (!(found instanceof Error))
      return expect(Object.keys(catalog.functions)).toContain((found as { name: string }).name);
    expect(found).toBeInstanceOf(NotInCatalog);
    expect(found.message.length).toBeLessThan(800);
  });
});

test('any event is JSON, or is refused', () =>
  forAll(anyBytes, 2000, (bytes) => {
    const isJson = !(
      outcomeOf(() => JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))) instanceof
      Error
    );
    expect(jsonFault(bytes) === undefined).toBe(isJson);
  }));

test('any body is read as it was sent, or refused; its budget is released', () =>
  forAll(fc.array(anyBytes, { maxLength: 12 }), 1000, async (chunks) => {
    const budget = new ByteBudget(1000);
    const request = new PassThrough() as PassThrough & IncomingMessage;
    for (const chunk of chunks) request.write(chunk);
    request.end();
    const whole = Buffer.concat(chunks);
    const read = await readBody(request, 800, budget).catch((error: unknown) => error);
    if (whole.length > 800) expect(read).toMatchObject({ kind: 'too-large' });
    else expect((read as Buffer).equals(whole)).toBe(true);
    expect(budget.take(1000)).toBe(true);
  }));

test('any output comes in lines of 8 KB at most, and what is under a megabyte comes whole', () =>
  forAll(
    fc.array(
      fc.oneof(
        anyText,
        fc.nat(20_000).map((n) => 'x'.repeat(n)),
      ),
      { maxLength: 8 },
    ),
    500,
    async (chunks) => {
      const text = Buffer.from(chunks.join('')).toString();
      const lines: string[] = [];
      const output = new PassThrough();
      followOutput(output, (line) => void lines.push(line));
      for (const chunk of chunks) output.write(Buffer.from(chunk));
      output.end();
      await new Promise((resolve) => output.once('close', resolve));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(8 * 1024);
      if (chunks.every((chunk) => chunk.isWellFormed())) expect(lines.join('')).toBe(text.replaceAll('\n', ''));
    },
  ));
