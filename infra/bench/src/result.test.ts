import { expect, it } from 'vitest';
import { format } from './result.ts';

it('rounds to three decimals, and keeps a list of numbers on one line', () => {
  expect(format({ samples: [1.23456, 2], name: 'cold' })).toBe('{\n  "samples": [ 1.235, 2 ],\n  "name": "cold"\n}\n');
});
