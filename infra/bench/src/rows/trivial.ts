import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { run } from '../run.ts';
import { quiet } from './quiet.ts';

/** `docker run` of a minimal Node program; the time of its output is recorded, too. */
export function trivial(bench: Bench): Variant {
  const args = ['run', '--rm', bench.nodeImage, 'node', '--eval', 'console.log("hello")'];
  const firstLine: number[] = [];
  bench.measured.series['trivial docker run, to its line'] = { samples: firstLine, discarded: 0 };
  return {
    name: 'trivial docker run',
    prepare: () => quiet(bench),
    async sample() {
      const { firstLineMs, totalMs } = await run('docker', args);
      firstLine.push(firstLineMs);
      return totalMs;
    },
  };
}
