import { expect, test } from 'vitest';
import { serviceOf } from './service-of.ts';

const services = new Map([
  ['web', {}],
  ['hello', {}],
]);

test.each([
  ['its name below localhost', 'hello.localhost'],
  ['a port', 'hello.localhost:8080'],
  ['an empty port', 'hello.localhost:'],
  ['a trailing dot', 'hello.localhost.'],
  ['a trailing dot and a port', 'hello.localhost.:8080'],
  ['upper case', 'HELLO.LocalHost:80'],
])('a service is found by %s: %s', (_what, host) => {
  expect(serviceOf(host, services)).toBe('hello');
});

test.each([
  ['its own name', 'web.localhost:8080'],
  ['localhost', 'localhost'],
  ['localhost with a port', 'localhost:8080'],
  ['localhost with a trailing dot', 'LOCALHOST.:8080'],
  ['an address', '127.0.0.1:8080'],
  ['an address of version 6', '[::1]:8080'],
  ['a name of this machine', 'laptop.local:8080'],
  ['no Host', undefined],
  ['an empty Host', ''],
  ['a foreign name, after rebinding', 'attacker.example'],
  ['a foreign name that begins with a service’s', 'hello.attacker.example:8080'],
  ['a foreign name that contains a service’s', 'hello.localhost.attacker.example'],
  ['a name that ends like localhost', 'hello.notlocalhost'],
  ['a service’s name alone', 'hello'],
  ['two trailing dots', 'hello.localhost..'],
  ['two ports', 'hello.localhost:80:80'],
])('web gets %s: %s', (_what, host) => {
  expect(serviceOf(host, services)).toBe('web');
});

test.each([
  ['another name', 'nobody.localhost:8080'],
  ['more before a name', 'a.hello.localhost'],
  ['a name with two dots', 'hello..localhost'],
  ['no name', '.localhost'],
  ['what every object has', '__proto__.localhost'],
  ['an image', 'serverless-vote/web.localhost'],
])('nobody gets %s: %s', (_what, host) => {
  expect(serviceOf(host, services)).toBeUndefined();
});
