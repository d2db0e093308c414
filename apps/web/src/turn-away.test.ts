import { expect, test } from 'vitest';
import { turnAway } from './turn-away.ts';

/** The status with which a request is refused, or that it is let through. */
function statusOf(method: string, url: string, headers: Record<string, string> = {}) {
  let status: number | 'let through' = 'let through';
  const request = { method, url, headers };
  const response = { writeHead: (given: number) => ({ end: () => (status = given) }) };
  const answered = turnAway(request as never, response as never);
  return { status: answered ? status : 'let through', headers: request.headers };
}

test.each([
  ['GET', '/'],
  ['GET', '/_next/static/chunks/a.js'],
  ['POST', '/presenter/votes'],
  ['POST', '/presenter/votes?from=here'],
])('%s %s goes on to Next', (method, url) => {
  expect(statusOf(method, url).status).toBe('let through');
});

test.each([
  ['POST', '/', 405],
  ['POST', '/results', 405],
  ['POST', '/vote/', 405],
  ['POST', '', 405],
  ['GET', '/_next/image?url=http://127.0.0.1:9000/metrics&w=64&q=75', 404],
])('%s %s is turned away', (method, url, status) => {
  expect(statusOf(method, url).status).toBe(status);
});

test.each([
  'next-action',
  'rsc',
  'next-router-state-tree',
  'x-nextjs-data',
  'x-middleware-subrequest',
  'x-matched-path',
])('Next does not hear of %s', (name) => {
  expect(statusOf('POST', '/presenter/votes', { [name]: 'x', accept: 'text/html' }).headers).toEqual({
    accept: 'text/html',
  });
});
