import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { run } from '../run.ts';
import { quiet } from './quiet.ts';

/** What `docker run` takes for the least that a Node function can do; when its line was out is noted besides. */
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
