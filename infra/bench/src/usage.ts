import type Docker from 'dockerode';
import { run } from './run.ts';

/** The total CPU time of a container, in milliseconds. The engine samples once a second, so this may take a second. */
export async function cpuMs(container: Docker.Container): Promise<number> {
  const { cpu_stats } = await container.stats({ stream: false, 'one-shot': true });
  return cpu_stats.cpu_usage.total_usage / 1e6;
}

/** The resident memory of a container's processes in MiB, including file pages. Fast, so it can be read often. */
export async function residentMb(container: Docker.Container): Promise<number> {
  const { Titles, Processes } = (await container.top({ ps_args: '-o pid,rss' })) as {
    Titles: string[];
    Processes: string[][];
  };
  const column = Titles.indexOf('RSS');
  return Processes.reduce((sum, process) => sum + Number(process[column]), 0) / 1024;
}

export interface Memory {
  /** Of its processes only; pages that they share with each other count once. */
  ownMb: number;
  /** Pages of files that they have mapped, at most; containers of the same image share them. */
  filesMb: number;
}

/** The proportional set size of all processes in a container, as if nothing else ran. */
export async function memoryOf(container: Docker.Container): Promise<Memory> {
  const script =
    'for p in /proc/[0-9]*; do echo "$(cat $p/comm 2>/dev/null) $(grep -hE "^(RssFile|Pss_Anon|Pss_Shmem):" $p/status $p/smaps_rollup 2>/dev/null | tr -s "\\n\\t " " ")"; done';
  const { stdout } = await run('docker', ['exec', container.id, 'sh', '-c', script]);
  const { own, files } = addUp(stdout);
  return { ownMb: own / 1024, filesMb: files / 1024 };
}

/**
 * File pages may also be shared with other containers of the same image, so for them the largest user's share counts; otherwise
 * another launcher on the machine would make this one look smaller.
 */
export async function proportionalMb(container: Docker.Container): Promise<number> {
  const { ownMb, filesMb } = await memoryOf(container);
  return ownMb + filesMb;
}

/** @param lines `<command> <field>: <n> kB …` for each process; the processes of this measurement are recognized by name */
export function addUp(lines: string): { own: number; files: number } {
  const processes = lines.split('\n').filter((line) => line.includes('RssFile:') && !/^(sh|cat|grep|tr) /.test(line));
  const field = (line: string, name: string) => Number(new RegExp(`${name}: (\\d+) kB`).exec(line)?.[1]);
  if (processes.length === 0) return { own: Number.NaN, files: Number.NaN };
  const own = processes.reduce((sum, line) => sum + field(line, 'Pss_Anon') + field(line, 'Pss_Shmem'), 0);
  return { own, files: Math.max(...processes.map((line) => field(line, 'RssFile'))) };
}
