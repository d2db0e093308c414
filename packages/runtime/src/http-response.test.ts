import { expect, test } from 'vitest';
import { readResponse } from './http-response.ts';

const read = (text: string) => readResponse(Buffer.from(text));

test('reads status, headers without regard to case, and a body of the announced length', () => {
  const result = read('HTTP/1.1 200 OK\r\nX-Name: a: b \r\nCONTENT-LENGTH: 3\r\n\r\nabcHTTP/1.1 …');
  if (!('response' in result)) throw new Error('incomplete');
  expect(result.response.status).toBe(200);
  expect(result.response.headers.get('x-name')).toBe('a: b');
  expect(result.response.body.toString()).toBe('abc');
  expect(result.length).toBe('HTTP/1.1 200 OK\r\nX-Name: a: b \r\nCONTENT-LENGTH: 3\r\n\r\nabc'.length);
});

test('reads a chunked body', () => {
  const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n';
  expect(read(text)).toMatchObject({ length: text.length });
  const result = read(text) as { response: { body: Buffer } };
  expect(result.response.body.toString()).toBe('abc0123456789');
});

test('reads a response without a body', () => {
  expect(read('HTTP/1.1 410 Gone\r\n\r\n')).toMatchObject({ length: 21, response: { status: 410 } });
});

test.each([
  ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
])('asks for more until a response with %s is whole, wherever it is cut', (_kind, text) => {
  for (let cut = 0; cut < text.length; cut++) {
    const result = read(text.slice(0, cut));
    if (!('needed' in result)) throw new Error(`took ${cut} bytes for a whole response`);
    expect(result.needed).toBeGreaterThan(cut);
    expect(result.needed).toBeLessThanOrEqual(text.length);
  }
  expect(read(text)).toHaveProperty('response');
});

test.each([
  ['a head that does not end', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(17_000)}`],
  ['chunks without number', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(200)}`],
])('a server cannot keep its client busy with %s', (_what, text) => {
  expect(() => readResponse(Buffer.from(text))).toThrow(/too long|too many/);
});
