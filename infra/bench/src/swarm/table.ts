import type { Series } from '../interleave.ts';
import { median, p95 } from '../statistics.ts';
import { type Line, Lines, spread } from '../verdict.ts';

export type Platform = 'one machine' | 'three nodes';
const PLATFORMS: readonly Platform[] = ['one machine', 'three nodes'];

const WAYS = ['Invoke API', 'vote page'] as const;
export type Way = (typeof WAYS)[number];
export const roomRow = (rate: number, way: Way): string => `${rate} votes a second, ${way}`;

/** Three nodes compared with one machine, row by row. They share the same cores, so three nodes can't be faster here: this shows what Swarm costs. */
export function swarmTable(
  series: Record<string, Series>,
  wrong: Record<string, number>,
  rates: readonly number[],
): Line[] {
  const lines = new Lines({ series, facts: {}, details: {}, otherLoad: {} });
  for (const row of ['prewarmed', 'cold', 'burst', 'fresh containers']) {
    const isRate = row === 'burst' || row === 'fresh containers';
    for (const platform of PLATFORMS) {
      const samples = lines.samples(`${platform}: ${row}`);
      const single = lines.samples(`one machine: ${row}`);
      const times = `${(median(samples) / median(single)).toFixed(2)} × one machine`;
      const lost = row === 'burst' ? `${wrong[platform] ?? 0} votes lost or twice` : '';
      const compared = [platform === 'one machine' ? '' : times, lost].filter(Boolean).join('; ');
      lines.baseline(`${row}, ${platform}`, isRate ? `${median(samples).toFixed(1)} /s` : spread(samples), compared);
    }
  }
  for (const row of rates.flatMap((rate) => WAYS.map((way) => roomRow(rate, way)))) {
    const [one, three] = PLATFORMS.map((platform) => lines.samples(`${platform}: ${row}`));
    if (!one || !three) continue;
    lines.baseline(`${row}, one machine`, spread(one));
    lines.compare(`${row}, three nodes`, spread(three), [three, one, 'one machine’s p95'], {
      atMost: 1.5,
      statistic: p95,
    });
  }
  return lines.lines;
}
