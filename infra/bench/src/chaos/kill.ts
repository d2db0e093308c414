import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { run } from '../run.ts';

/**
 * SIGKILL to a container's process from outside, like the kernel's OOM killer: unlike after an operator's `docker kill`, the restart
 * policy applies. @returns when (Date.now); undefined if it had ended by itself
 */
export async function killProcess(container: Docker.Container): Promise<number | undefined> {
  const found = await container.inspect().catch(() => undefined);
  // The PID of an exited container is 0, which would mean our own process group.
  if (!found?.State.Pid) return undefined;
  const { Pid } = found.State;
  if (!isReachable(Pid, container.id)) return killFromContainer(Pid, found.Image);
  process.kill(Pid, 'SIGKILL');
  return Date.now();
}

/** Can it be killed from here, and is it the container's process? Neither with Docker Desktop, whose processes are in a virtual machine. */
function isReachable(pid: number, containerId: string): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId);
  } catch {
    return false;
  }
}

/** From a container in the PID namespace of the engine's machine. */
async function killFromContainer(pid: number, image: string): Promise<number | undefined> {
  const kill = `try { process.kill(${pid}, 'SIGKILL'); console.log('killed') } catch {}`;
  const asRoot = ['--pid', 'host', '--network', 'none', '--user', '0', '--cap-add', 'KILL'];
  const { stdout } = await run('docker', ['run', '--rm', ...asRoot, '--entrypoint', 'node', image, '-e', kill]);
  return stdout.includes('killed') ? Date.now() : undefined;
}
