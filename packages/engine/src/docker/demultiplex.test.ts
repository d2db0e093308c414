import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demultiplex } from './demultiplex.ts';

const frame = (stream: 1 | 2, what: string): Buffer => {
  const content = Buffer.from(what);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
};

/** What both outputs say when the engine sends these chunks. */
async function outputs(chunks: readonly Buffer[]): Promise<[string, string]> {
  const [stream, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  demultiplex(stream, stdout, stderr);
  for (const output of [stdout, stderr]) stream.once('end', () => output.end());
  const said = Promise.all([text(stdout), text(stderr)]);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return said;
}

test('a program that writes single bytes fills no stack: a chunk may have thousands of frames', async () => {
  const bytes = Array.from({ length: 20_000 }, (_, index) => frame(index % 2 ? 2 : 1, 'x'));
  expect(await outputs([Buffer.concat(bytes)])).toEqual(['x'.repeat(10_000), 'x'.repeat(10_000)]);
});

test('both outputs stay apart and whole, wherever the engine cuts', async () => {
  const said = fc.array(fc.tuple(fc.constantFrom<1 | 2>(1, 2), fc.string({ unit: 'grapheme', maxLength: 20 })));
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(said, cuts, async (frames, lengths) => {
      const sent = Buffer.concat(frames.map(([stream, what]) => frame(stream, what)));
      const chunks: Buffer[] = [];
      for (let at = 0, n = 0; at < sent.length; n += 1) {
        const length = lengths[n % lengths.length] ?? 1;
        chunks.push(sent.subarray(at, at + length));
        at += length;
      }
      const of = (stream: 1 | 2) => frames.flatMap(([to, what]) => (to === stream ? [what] : [])).join('');
      expect(await outputs(chunks)).toEqual([of(1), of(2)]);
    }),
  );
});
