import { expect, test } from 'vitest';
import { whyStranger } from './strangers.ts';

const HOSTS = new Set(['control.example']);

test.each([
  ...['localhost', 'LOCALHOST:9000', '127.0.0.1:9000', '[::1]:9000', '[::1]', 'control.example'],
  ...['Control.Example:9000', '192.0.2.1'],
])('the Host %s is known', (host) => expect(whyStranger({ host }, HOSTS)).toBeUndefined());

test.each([
  ...['rebound.example', 'localhost.example:9000', 'control.example.org', '127.0.0.1.example', '', undefined],
])('the Host %s is refused', (host) => expect(whyStranger(host === undefined ? {} : { host }, HOSTS)).toMatch('Host'));

test.each([
  ['cross-site', 'Requests from other sites are refused.'],
  ['same-site', 'Requests from other sites are refused.'],
  ['same-origin', undefined],
  ['none', undefined],
])('a browser that says "%s": %s', (site, why) => {
  expect(whyStranger({ host: 'localhost', 'sec-fetch-site': site }, HOSTS)).toBe(why);
});

test.each([
  ['http://localhost:9000', undefined],
  ['http://localhost:3000', 'Requests from other origins are refused.'],
  ['https://localhost:9000', 'Requests from other origins are refused.'],
  ['null', 'Requests from other origins are refused.'],
])('the origin %s at the Host localhost:9000: %s', (origin, why) => {
  expect(whyStranger({ host: 'localhost:9000', origin }, HOSTS)).toBe(why);
});
