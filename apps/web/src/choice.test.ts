import { describe, expect, it } from 'vitest';
import { BadRequest, choiceFrom } from './choice.ts';

const posted = (body: BodyInit, type?: string) =>
  choiceFrom(
    new Request('http://vote/vote', {
      method: 'POST',
      body,
      ...(type && { headers: { 'content-type': type } }),
    }),
  );
const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

describe('a choice', () => {
  it('comes from a form', async () => {
    expect(await posted(new URLSearchParams({ choice: 'cats' }))).toBe('cats');
  });
  it('comes from a multipart form', async () => {
    const body = new FormData();
    body.set('choice', 'cats');
    expect(await posted(body)).toBe('cats');
  });
  it('comes from JSON', async () => {
    expect(await posted('{"choice":"cats"}', `${json}; charset=utf-8`)).toBe('cats');
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
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024)) });
    const request = new Request('http://vote', {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'content-type': form },
    } as RequestInit);
    await expect(choiceFrom(request)).rejects.toHaveProperty('status', 413);
  });
});
