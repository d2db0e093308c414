import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { run } from '../run.ts';

/**
 * SIGKILL to a container's process from outside, as the kernel does when memory is short: unlike `docker kill`, which is an
 * operator's word, the restart policy answers it. @returns when (Date.now)
 */
export async function killProcess(container: Docker.Container): Promise<number> {
  const { State, Image } = await container.inspect();
  if (!isReachable(State.Pid, container.id)) return killFromContainer(State.Pid, Image);
  process.kill(State.Pid, 'SIGKILL');
  return Date.now();
}

/** May it be killed from here, and is it really the container's? Neither with Docker Desktop, whose processes are another machine's. */
function isReachable(pid: number, containerId: string): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId);
  } catch {
    return false;
  }
}

/** From a container that sees the processes of the engine's machine. */
async function killFromContainer(pid: number, image: string): Promise<number> {
  const kill = `process.kill(${pid}, 'SIGKILL')`;
  const asRoot = ['--pid', 'host', '--network', 'none', '--user', '0', '--cap-add', 'KILL'];
  await run('docker', ['run', '--rm', ...asRoot, '--entrypoint', 'node', image, '-e', kill]);
  return Date.now();
}
