import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BadRequest, voteFrom } from './choice.ts';

/** A request as Node's server hands it over. */
const request = (chunks: Iterable<Uint8Array>, type: string) =>
  Object.assign(Readable.from(chunks), { headers: { 'content-type': type } });

async function posted(body: BodyInit, type?: string) {
  const sent = new Response(body);
  const bytes = await sent.bytes();
  return voteFrom(request([bytes], type ?? sent.headers.get('content-type') ?? ''));
}
const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

describe('a choice', () => {
  it('comes from a form', async () => {
    expect(await posted(new URLSearchParams({ choice: 'cats' }))).toEqual({ choice: 'cats' });
    expect(await posted(new URLSearchParams({ poll: 'pets', choice: 'cats' }))).toEqual({
      poll: 'pets',
      choice: 'cats',
    });
  });
  it('comes from a multipart form', async () => {
    const body = new FormData();
    body.set('choice', 'cats');
    expect(await posted(body)).toEqual({ choice: 'cats' });
  });
  it('comes from JSON', async () => {
    expect(await posted('{"choice":"cats"}', `${json}; charset=utf-8`)).toEqual({ choice: 'cats' });
  });
});

describe('a bad request', () => {
  it.each([
    ['a form without the field', 'vote=cats', form, 400],
    ['an empty choice', 'choice=', form, 400],
    ['JSON that is none', '{', json, 400],
    ['JSON that is no object', 'null', json, 400],
    ['a choice that is no text', '{"choice":1}', json, 400],
    ['an empty body', '', json, 400],
    ['multipart without a boundary', 'x', 'multipart/form-data', 400],
    ['another type', 'choice=cats', 'text/plain', 415],
    ['a body of 17 KB', `choice=${'a'.repeat(17 * 1024)}`, form, 413],
  ])('is %s', async (_, body, type, status) => {
    const refusal = await posted(body, type).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BadRequest);
    expect(refusal).toHaveProperty('status', status);
  });
  it('is an endless body, and reading it ends', async () => {
    function* endless() {
      for (;;) yield new Uint8Array(1024);
    }
    await expect(voteFrom(request(endless(), form))).rejects.toHaveProperty('status', 413);
  });
});
