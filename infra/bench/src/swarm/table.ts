import type { Series } from '../interleave.ts';
import { median } from '../statistics.ts';
import { type Line, Lines, spread } from '../verdict.ts';

export type Platform = 'one machine' | 'three nodes';
const PLATFORMS: readonly Platform[] = ['one machine', 'three nodes'];

/** Three nodes compared with one machine, row by row. They share the same cores, so three nodes can't be faster here: this shows what Swarm costs. */
export function swarmTable(series: Record<string, Series>, wrong: Record<string, number>): Line[] {
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
  return lines.lines;
}
