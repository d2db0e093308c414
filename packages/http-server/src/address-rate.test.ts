import { anyText, forAll } from '@serverless-vote/fuzz';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressRate, ownerOf } from './address-rate.ts';

test('allows the configured number of requests a minute, and says when the next may follow', () => {
  let now = 1000;
  const rate = new AddressRate(6, () => now);
  expect(Array.from({ length: 7 }, () => rate.take('10.0.0.1'))).toEqual([0, 0, 0, 0, 0, 0, 10]);
  now += 9_000;
  expect(rate.take('10.0.0.1')).toBe(1);
  now += 1_000;
  expect(rate.take('10.0.0.1')).toBe(0);
  expect(rate.take('10.0.0.1')).toBe(10);
});

test('one address is not affected by another', () => {
  const rate = new AddressRate(1);
  expect([rate.take('10.0.0.1'), rate.take('10.0.0.2'), rate.take('10.0.0.1')]).toEqual([0, 0, 60]);
});

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::1', '::2', true],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ['1::2:3:4:5:6:7', '1:0:2:3::', true],
  ['64:ff9b::10.0.0.1', '64:ff9b::1', true],
])('%s and %s are one owner’s: %s', (one, other, same) => {
  expect(ownerOf(one) === ownerOf(other)).toBe(same);
});

test('any address has an owner, and all of a /64 the same', () => {
  const hosts = fc.tuple(fc.ipV6(), fc.ipV6());
  return forAll(fc.tuple(hosts, fc.oneof(anyText, fc.ipV4())), 1000, ([[one, other], text]) => {
    const longOf = (address: string) => new URL(`http://[${address}]/`).hostname.slice(1, -1);
    expect(ownerOf(longOf(one))).toBe(ownerOf(one));
    if (ownerOf(one) === ownerOf(other)) expect(longOf(one).slice(0, 2)).toBe(longOf(other).slice(0, 2));
    expect(ownerOf(text)).toBe(ownerOf(text));
  });
});

test('remembers a bounded number of addresses, and none for longer than it matters', () => {
  let now = 0;
  const rate = new AddressRate(1, () => now);
  for (let i = 0; i < 60_000; i += 1) rate.take(`2001:db8:${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}::1`);
  expect(rate.remembered).toBe(50_000);
  now += 60_001;
  rate.take('10.0.0.1');
  expect(rate.remembered).toBe(1);
});
