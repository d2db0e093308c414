import { expect, it } from 'vitest';
import { interleave, type Variant } from './interleave.ts';

const quiet = { signal: new AbortController().signal, progress: () => undefined };

function logged(names: string[], times: Record<string, number> = {}) {
  const log: string[] = [];
  const variants: Variant[] = names.map((name) => ({
    name,
    times: times[name] ?? 1,
    sample: async () => log.push(name),
  }));
  return { log, variants };
}

it('takes turns, and begins each round with another variant', async () => {
  const { log, variants } = logged(['a', 'b', 'c']);
  await interleave(3, variants, quiet);
  expect(log.join('')).toBe('abcbcacab');
});

it('takes several samples of a variant where it is told to', async () => {
  const { log, variants } = logged(['a', 'b'], { b: 3 });
  const series = await interleave(1, variants, quiet);
  expect(log.join('')).toBe('abbb');
  expect(series.b?.samples).toHaveLength(3);
});

it('prepares before each sample, again for one that is discarded', async () => {
  const log: string[] = [];
  const values = [undefined, 7];
  const prepare = async () => void log.push('prepare');
  const series = await interleave(1, [{ name: 'a', prepare, sample: async () => values.shift() }], quiet);
  expect(log).toEqual(['prepare', 'prepare']);
  expect(series).toEqual({ a: { samples: [7], discarded: 1 } });
});

it('gives up on what never happens', async () => {
  const never: Variant = { name: 'a', sample: async () => undefined };
  await expect(interleave(1, [never], quiet)).rejects.toThrow('a: what was to be measured did not happen');
});

it('stops when the bench ends', async () => {
  const { variants } = logged(['a']);
  const signal = AbortSignal.abort(new Error('over'));
  await expect(interleave(1, variants, { ...quiet, signal })).rejects.toThrow('over');
});
