import { expect, test } from 'vitest';
import { connectionsWithin } from './open-files.ts';

const limits = (soft: string) =>
  `Limit            Soft Limit  Hard Limit  Units\nMax open files   ${soft}       1048576     files\n`;

test.each([
  ['1048576', 5_000],
  ['unlimited', 5_000],
  ['20000', 2_857],
  ['1024', 500],
])('where %s files may be open, at most %i of 5,000 connections are held', (files, connections) => {
  expect(connectionsWithin(5_000, limits(files))).toBe(connections);
});

test('a system that does not say has no such limit', () => {
  expect(connectionsWithin(5_000, '')).toBe(5_000);
});
