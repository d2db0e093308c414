import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { run } from '../run.ts';

/**
 * SIGKILL to a container's process from outside, as the kernel does when memory is short: unlike `docker kill`, which is an
 * operator's word, the restart policy answers it. @returns when (Date.now); nothing if it had ended by itself
 */
export async function killProcess(container: Docker.Container): Promise<number | undefined> {
  const found = await container.inspect().catch(() => undefined);
  // An ended one has process 0, which is whoever asks for the kill.
  if (!found?.State.Pid) return undefined;
  const { Pid } = found.State;
  if (!isReachable(Pid, container.id)) return killFromContainer(Pid, found.Image);
  process.kill(Pid, 'SIGKILL');
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
async function killFromContainer(pid: number, image: string): Promise<number | undefined> {
  const kill = `try { process.kill(${pid}, 'SIGKILL'); console.log('killed') } catch {}`;
  const asRoot = ['--pid', 'host', '--network', 'none', '--user', '0', '--cap-add', 'KILL'];
  const { stdout } = await run('docker', ['run', '--rm', ...asRoot, '--entrypoint', 'node', image, '-e', kill]);
  return stdout.includes('killed') ? Date.now() : undefined;
}
