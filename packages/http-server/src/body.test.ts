import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { ByteBudget, holdWhileOpen, readBody } from './body.ts';

const request = () => new PassThrough() as PassThrough & IncomingMessage;

test('reads a body as it was sent', async () => {
  const body = request();
  body.write('{"a":');
  body.end('1}');
  expect(String(await readBody(body, 100, new ByteBudget(100)))).toBe('{"a":1}');
});

test('of a body that comes byte by byte, only its bytes are kept', async () => {
  const body = request();
  const chunks: WeakRef<Buffer>[] = [];
  const reading = readBody(body, 10_000, new ByteBudget(10_000));
  for (let i = 0; i < 1_000; i += 1) {
    const chunk = Buffer.from([i % 251]);
    chunks.push(new WeakRef(chunk));
    body.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  expect(chunks.filter((chunk) => chunk.deref() !== undefined).length).toBeLessThan(10);
  body.end();
  expect(await reading).toEqual(Buffer.from(Array.from({ length: 1_000 }, (_, i) => i % 251)));
});

test('bodies that are too much together are refused, and those before them are not', async () => {
  const budget = new ByteBudget(10);
  const [first, second] = [request(), request()];
  const reading = [readBody(first, 100, budget), readBody(second, 100, budget)];
  first.write('12345678');
  await new Promise((resolve) => setImmediate(resolve));
  second.end('123');
  await expect(reading[1]).rejects.toMatchObject({ kind: 'too-much-at-once' });
  first.end();
  expect(String(await reading[0])).toBe('12345678');
});

test('a body’s budget is released in any case', async () => {
  const budget = new ByteBudget(10);
  const [whole, large, broken] = [request(), request(), request()];
  whole.end('123456789');
  await readBody(whole, 100, budget);
  large.end('123456789');
  await expect(readBody(large, 5, budget)).rejects.toMatchObject({ kind: 'too-large' });
  const reading = readBody(broken, 100, budget);
  broken.write('123456789');
  await new Promise((resolve) => setImmediate(resolve));
  broken.destroy(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
  expect(budget.take(10)).toBe(true);
});

test('a body that ends too early, or ended before it was asked for, is none', async () => {
  const [early, late] = [request(), request()];
  const reading = readBody(early, 100);
  early.write('1234');
  early.destroy();
  await expect(reading).rejects.toThrow('cut off');
  late.destroy();
  await expect(readBody(late, 100)).rejects.toThrow('cut off');
});

test('what an event takes is held until its request is answered or its caller has left, and refused when it is too much', () => {
  const budget = new ByteBudget(10);
  const [open, late] = [new PassThrough(), new PassThrough()] as unknown as (PassThrough & ServerResponse)[];
  if (!open || !late) throw new Error('There are two');
  holdWhileOpen(open, 8, budget);
  expect(() => holdWhileOpen(late, 8, budget)).toThrow(expect.objectContaining({ kind: 'too-much-at-once' }));
  open.emit('close');
  late.destroy();
  holdWhileOpen(late, 8, budget);
  expect(budget.take(10)).toBe(true);
});
