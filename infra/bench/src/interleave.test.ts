import { describe, expect, it } from 'vitest';
import { interleave, type Variant } from './interleave.ts';

const fails = (name: string, why: string) => {
  throw new Error(`${name}: ${why}`);
};
const quiet = { signal: new AbortController().signal, progress: () => undefined, failed: fails };

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

describe('one that can’t be measured', () => {
  const broken = async (): Promise<never> => {
    throw new Error('broken');
  };

  it.each<[string, Omit<Variant, 'name'>, string]>([
    ['breaks', { sample: broken }, 'broken'],
    ['can’t be prepared', { prepare: broken, sample: async () => 1 }, 'broken'],
    [
      'never is what its row says',
      { sample: async () => undefined },
      'what was to be measured did not happen in 6 tries',
    ],
  ])('that %s costs its own row only, and says why', async (_what, parts, why) => {
    const { log, variants } = logged(['a', 'b']);
    const told: string[][] = [];
    const failed = (...words: string[]) => void told.push(words);
    const series = await interleave(2, [{ name: 'bad', ...parts }, ...variants], { ...quiet, failed });
    expect(log.join('')).toBe('abab');
    expect(Object.keys(series)).toEqual(['a', 'b']);
    expect(told).toEqual([['bad', why]]);
  });

  it('is tried once more when it breaks', async () => {
    const samples: (() => Promise<number>)[] = [broken, async () => 7];
    const series = await interleave(
      1,
      [{ name: 'a', sample: async (): Promise<number | undefined> => samples.shift()?.() }],
      quiet,
    );
    expect(series).toEqual({ a: { samples: [7], discarded: 1 } });
  });
});

describe('when time is over', () => {
  it('nothing new begins', async () => {
    const { log, variants } = logged(['a']);
    const signal = AbortSignal.abort(new Error('over'));
    await expect(interleave(1, variants, { ...quiet, signal })).rejects.toThrow('a: over');
    expect(log).toEqual([]);
  });

  it('what was measured until then counts', async () => {
    const ending = new AbortController();
    const sample = async () => {
      ending.abort(new Error('over'));
      return 7;
    };
    const series = await interleave(3, [{ name: 'a', sample }], { ...quiet, signal: ending.signal });
    expect(series.a?.samples).toEqual([7]);
  });
});
