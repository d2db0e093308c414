import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { followOutput } from './output-lines.ts';

async function linesOf(...chunks: string[]): Promise<string[]> {
  const lines: string[] = [];
  const output = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  followOutput(output, (line) => void lines.push(line));
  await new Promise((resolve) => output.once('close', resolve));
  return lines;
}

test('long output is taken up to a megabyte, and its end is announced', async () => {
  const lines = await linesOf(...Array<string>(2_000).fill(`${'x'.repeat(1024)}\n`));
  expect(lines.length).toBe(1_024 + 1);
  expect(lines.at(-1)).toContain('the rest is dropped');
});

test('a flood of empty lines, each of which costs as much work as any, is cut much sooner', async () => {
  const lines = await linesOf(...Array<string>(16).fill('\n'.repeat(65_536)));
  expect(lines.length).toBeLessThan(20_000);
  expect(lines.at(-1)).toContain('the rest is dropped');
});

test('the last line needs no line break', async () => {
  expect(await linesOf('one\ntw', 'o')).toEqual(['one', 'two']);
});
