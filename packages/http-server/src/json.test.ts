import { forAll } from '@serverless-vote/fuzz';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from './json.ts';

const faultOf = (text: string) => jsonFault(Buffer.from(text));

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ...['{}', '[]', ' [1, -0, 0.5, 1e9, 1E-9, -12.25e+3] ', '"a\\u00e9\\"\\\\"', 'true', 'false', 'null', '"é😀"'],
  ...['{"a":{"b":[{}, []]},"":null}', '\t\r\n{ "a" : 1 , "b" : [ ] }\n', '123'],
])('%s is JSON', (text) => expect(faultOf(text)).toBeUndefined());

test.each([
  ...['', ' ', '{', '[', '"', '[1,]', '{"a":1,}', '{"a"}', '{a:1}', '[1 2]', '01', '1.', '.5', '-', '1e', '+1', 'tru'],
  ...['truex', '1 2', '{} []', ']', '{]', '[}', '"\\x"', '"\\u12g4"', '"\n"', '"\0"', '\ufeff{}', ',', '{"a":1 "b":2}'],
])('%j is no JSON', (text) => expect(faultOf(text)).toMatch(/^(it|something|a string) /));

test('what is not UTF-8 is no JSON', () => {
  expect(jsonFault(Buffer.from([0x22, 0xff, 0x22]))).toBe('it is not UTF-8');
});

test('any text is what JSON.parse says of it', () => {
  const tokens = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '0',
    '.',
    'e',
    'true',
    'null',
    ' ',
  );
  const documents = fc.json().map((text) => [text]);
  const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, where, what]) => {
    const cut = where % (text.length + 1);
    return [text.slice(0, cut), what, text.slice(cut + 1)];
  });
  return forAll(fc.oneof(fc.array(tokens, { maxLength: 12 }), documents, broken), 4000, (parts) => {
    const text = parts.join('').toWellFormed();
    expect(faultOf(text) === undefined, text).toBe(parses(text));
  });
});

test('a document is refused at its depth, before anything of it is built', () => {
  expect(faultOf(`${'['.repeat(1000)}${']'.repeat(1000)}`)).toBeUndefined();
  expect(faultOf('['.repeat(1001))).toBe('it has more than 1000 levels');
  expect(faultOf('{"a":'.repeat(1001))).toBe('it has more than 1000 levels');
});

test('megabytes of documents cost no memory beside their own', () => {
  const bytes = Buffer.from(`[${'{"a":[]},'.repeat(600_000)}{}]`);
  const heap = () => process.memoryUsage().heapUsed;
  const before = heap();
  expect(jsonFault(bytes)).toBeUndefined();
  // A parser makes 1.2 million objects of it, 60 MB and more.
  expect(heap() - before).toBeLessThan(10 * 1024 * 1024);
});
