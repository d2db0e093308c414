import { afterEach, describe, expect, test, vi } from 'vitest';
import { askServer } from './ask-server.ts';

const answers = (status: number, body: string) => vi.stubGlobal('fetch', async () => new Response(body, { status }));
afterEach(() => {
  vi.unstubAllGlobals();
});

test('the answer to an order is its JSON', async () => {
  answers(200, '{"votes":1}');
  expect(await askServer('/presenter/votes', { count: 1 })).toEqual({ votes: 1 });
});

describe('what the presenter reads when an order fails', () => {
  test.each([
    ['web says why', 409, '{"message":"This poll is open"}', 'This poll is open.'],
    [
      'the gateway says why',
      503,
      '{"error":{"type":"Service","message":"The page did not answer within 30 s. Try again."}}',
      'The page did not answer within 30 s. Try again.',
    ],
    ['nobody says why', 502, '<html>', 'The server answered 502. Try again.'],
    ['a good answer is not JSON', 200, 'x', 'The server answered 200. Try again.'],
    [
      'the key has changed',
      403,
      '{}',
      'This browser no longer has the presenter’s key. Open the link that “make run” prints.',
    ],
  ])('%s', async (_, status, body, words) => {
    answers(status, body);
    await expect(askServer('/presenter/votes', { count: 1 })).rejects.toThrow(words);
  });

  test('nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    await expect(askServer('/presenter/votes')).rejects.toThrow('The server can’t be reached. Check the connection');
  });
});
