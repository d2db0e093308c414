import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { run } from '../run.ts';
import { newVote } from '../voting-stack.ts';
import { quiet } from './quiet.ts';

/**
 * A vote by hand: `docker run` of the function's own image, with the launcher's limits, user and socket.
 * Measured until the command exits, because its exit status says whether the vote was recorded; the time of its output is recorded, too.
 */
export function naive(bench: Bench, name: string, network: string): Variant {
  const { image, user, memoryMb, cpus, processes, tmpMb } = bench.catalog.functions['record-vote'];
  const args = [
    ...['run', '--rm', '--interactive', '--log-driver', 'none'],
    ...['--network', network],
    ...['--volume', `${bench.warm.name}_postgres-socket:/var/run/postgresql:ro`],
    ...['--user', String(user), '--read-only', '--tmpfs', `/tmp:size=${tmpMb}m`],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--memory', `${memoryMb}m`, '--memory-swap', `${memoryMb}m`, '--cpus', String(cpus)],
    ...['--pids-limit', String(processes), `${image}:${bench.imageTag}`],
  ];
  const firstLine: number[] = [];
  bench.measured.series[`${name}, to its line`] = { samples: firstLine, discarded: 0 };
  return {
    name,
    prepare: () => quiet(bench),
    async sample() {
      const { stdout, firstLineMs, totalMs } = await run('docker', args, { input: JSON.stringify(newVote()) });
      if (!stdout.includes('recordedAt')) throw new Error(`${name}: ${stdout}`);
      firstLine.push(firstLineMs);
      return totalMs;
    },
  };
}
