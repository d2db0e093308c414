import { anyBytes, anyText, forAll } from '@serverless-vote/fuzz';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePayload } from './definition.ts';
import { InvalidEvent, reportOf } from './errors.ts';
import { type HttpResponse, readResponse } from './http-response.ts';

/** One header line, in any form that a server may send. */
const line = anyText.map((text) =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\r\n]/g, ' '),
);
const chunk = (body: Buffer) =>
  Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);

test('any response is read as it was written, and asked for until it is whole', () => {
  const body = fc.array(anyBytes, { maxLength: 4 }).map((chunks) => chunks.filter(({ length }) => length > 0));
  return forAll(fc.tuple(line, body, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })), 1000, (input) => {
    const [value, chunks, chunked, cut] = input;
    const whole = Buffer.concat(chunks);
    const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${whole.length}`;
    const head = Buffer.from(`HTTP/1.1 200 OK\r\nX-Value:${value}\r\n${framing}\r\n\r\n`, 'latin1');
    const text = Buffer.concat([head, ...(chunked ? [...chunks.map(chunk), Buffer.from('0\r\n\r\n')] : [whole])]);
    const result = readResponse(Buffer.concat([text, Buffer.from('HTTP/1.1 more')])) as { response: HttpResponse };
    expect(result).toMatchObject({ length: text.length, response: { status: 200 } });
    expect(result.response.body.equals(whole)).toBe(true);
    expect(result.response.headers.get('x-value')).toBe(value.trim());
    const part = text.subarray(0, Math.floor(cut * text.length));
    if (part.length < text.length) expect(readResponse(part)).toEqual({ needed: expect.any(Number) });
  });
});

test('any bytes end in a response, in the wish for more of them, or in an error', () => {
  const broken = fc
    .tuple(fc.constantFrom('Content-Length: ', 'Transfer-Encoding: chunked\r\n\r\n', ''), line, anyBytes)
    .map(([field, value, rest]) => Buffer.concat([Buffer.from(`HTTP/1.1 200\r\n${field}${value}\r\n\r\n`), rest]));
  return forAll(fc.oneof(anyBytes, broken), 2000, (bytes) => {
    try {
      const result = readResponse(bytes);
      if ('needed' in result) expect(result.needed).toBeGreaterThan(bytes.length);
      else expect(result.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toHaveProperty('message', expect.stringMatching(/^The response is not HTTP/));
    }
  });
});

test('any payload is an event, or an InvalidEvent', () =>
  forAll(anyBytes, 1000, (bytes) => {
    try {
      parsePayload(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEvent);
    }
  }));

test('whatever is thrown can be reported', () => {
  const anything = fc.anything({ withNullPrototype: true, withBigInt: true });
  const odd = fc
    .record({ name: anything, message: anything, stack: anything })
    .map((own) => Object.assign(new Error(), own));
  return forAll(fc.oneof(anything, odd), 1000, (thrown) => {
    expect(reportOf(thrown)).toEqual({
      errorType: expect.any(String),
      errorMessage: expect.any(String),
      stackTrace: expect.any(Array),
    });
  });
});
