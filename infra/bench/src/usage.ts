import type Docker from 'dockerode';
import { run } from './run.ts';

/** The processor time that a container has used in its life, in milliseconds. The engine looks once a second, so it may take one. */
export async function cpuMs(container: Docker.Container): Promise<number> {
  const { cpu_stats } = await container.stats({ stream: false, 'one-shot': true });
  return cpu_stats.cpu_usage.total_usage / 1e6;
}

/** What a container's processes hold in memory, in MiB, pages of files included. Quick, so it can be asked often. */
export async function residentMb(container: Docker.Container): Promise<number> {
  const { Titles, Processes } = (await container.top({ ps_args: '-o pid,rss' })) as {
    Titles: string[];
    Processes: string[][];
  };
  const column = Titles.indexOf('RSS');
  return Processes.reduce((sum, process) => sum + Number(process[column]), 0) / 1024;
}

/** The proportional set size of all processes in a container, in MiB: shared pages count in parts. */
export async function proportionalMb(container: Docker.Container): Promise<number> {
  // One file per process; those of this command itself are told by their names.
  const script =
    'for p in /proc/[0-9]*; do echo "$(cat $p/comm 2>/dev/null):$(grep ^Pss: $p/smaps_rollup 2>/dev/null)"; done';
  const { stdout } = await run('docker', ['exec', container.id, 'sh', '-c', script]);
  const kilobytes = stdout
    .split('\n')
    .filter((line) => !/^(sh|cat|grep|):/.test(line))
    .map((line) => Number(/Pss:\s+(\d+) kB/.exec(line)?.[1] ?? 0));
  const total = kilobytes.reduce((sum, kb) => sum + kb, 0);
  return total / 1024;
}
