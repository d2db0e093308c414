import { expect, test } from 'vitest';
import { readCatalog } from '../model/catalog.ts';
import { FunctionQueue } from './function-queue.ts';

const { functions } = readCatalog(`${import.meta.dirname}/../../../../functions/catalog.json`);

function line(): FunctionQueue {
  const entry = functions['record-vote'];
  if (!entry) throw new Error('The catalog has no record-vote');
  // Making room asks none of the other parts.
  return new FunctionQueue('record-vote', entry, {} as ConstructorParameters<typeof FunctionQueue>[2]);
}

const refusal = { type: 'TooManyRequestsException', retryAfterSeconds: 5 };

test('keeps ten thousand events of a function, and refuses more until there is room again', () => {
  const full = line();
  for (let event = 0; event < 10_000; event += 1) full.reserve(100);
  expect(() => full.reserve(100)).toThrow(expect.objectContaining(refusal));
  full.giveBack(100);
  full.reserve(100);
});

test('keeps 256 MB of events of a function', () => {
  const full = line();
  for (let event = 0; event < 256; event += 1) full.reserve(1024 * 1024);
  expect(() => full.reserve(1)).toThrow(expect.objectContaining(refusal));
});

test('dead letters take room, too: they are somebody’s, until they are sent again or dropped', () => {
  const full = line();
  full.dead = 10_000;
  expect(() => full.reserve(1)).toThrow(/10000 of them dead letters/);
});
