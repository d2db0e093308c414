import fc from 'fast-check';
import { afterAll } from 'vitest';

/**
 * Property tests with reproducible inputs: a run prints its seed and how many inputs it tried, and `FUZZ_SEED=<seed>` repeats
 * it. A failing input is shrunk and printed with the seed. `FUZZ_TIMES=10` tries ten times as many.
 */
const seed = Number(process.env.FUZZ_SEED) || 1 + Math.floor(Math.random() * 2 ** 31);
const times = Number(process.env.FUZZ_TIMES) || 1;
let tried = 0;
const LONGEST_REPORT = 2_000;

afterAll(() => {
  if (tried > 0) console.log(`fuzz: ${tried} inputs, FUZZ_SEED=${seed}`);
});

/** Tries the given number of inputs, one after the other. `size` is how many inputs one value contains. */
export async function forAll<Input>(
  arbitrary: fc.Arbitrary<Input>,
  runs: number,
  check: (input: Input) => void | Promise<void>,
  size: (input: Input) => number = () => 1,
): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (input) => {
    tried += size(input);
    await check(input);
  });
  // Also limits the time for shrinking. Shorter than a test's deadline, and longer than one batch takes on a busy machine: fast-check
  // counts a run that is interrupted in its first batch as failed.
  const run = fc.assert(property, { seed, numRuns: runs * times, interruptAfterTimeLimit: 240_000 * times });
  await run.catch((error: Error) => {
    // Seed and path come first, and bring it back; all bytes of a batch would hide them.
    error.message = error.message.slice(0, LONGEST_REPORT);
    throw error;
  });
}

/** Untrusted text: any character, half a surrogate pair, control characters, characters that are special to some parser. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  // Not `fc.string({ unit: 'binary' })`, which first makes a table of all code points: seconds in each process.
  fc.array(fc.integer({ min: 0, max: 0x10_ff_ff })).map((points) => String.fromCodePoint(...points)),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom('\0', '\r\n', '%', '%2f', '..', '/', '\\', '"', "'", ',', ';', '=', '{', '[', '__proto__', 'ﷺ'),
    )
    .map((parts) => parts.join('')),
);

export const anyBytes: fc.Arbitrary<Buffer> = fc
  .oneof(
    fc.uint8Array({ maxLength: 300 }),
    anyText.map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
  )
  .map((bytes) => Buffer.from(bytes));
