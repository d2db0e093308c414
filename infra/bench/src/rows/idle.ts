import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { cpuMs, proportionalMb, residentMb } from '../usage.ts';

/** The launcher collects garbage a second after its last container is gone; that takes a tenth of a second of CPU, once. */
const SETTLED_MS = 4_000;

/** The stack after all other rows, when the idle timeout has passed: remaining containers, their memory and CPU time. */
export async function rest({ warm, docker, plan, measured, progress, signal }: Bench): Promise<void> {
  progress('waiting for the idle timeout');
  await warm.empty();
  await pause(SETTLED_MS, undefined, { signal });
  const left = await warm.containers();
  measured.facts['containers when idle'] = left.length;
  measured.details['containers when idle'] = left.map(({ Labels }) => Labels['org.serverless-vote.name']);
  // Other containers on the machine, which may affect the CPU time when idle.
  measured.facts['other containers meanwhile'] = (await docker.listContainers()).length - left.length;

  const permanent = { launcher: await warm.permanent('launcher'), database: await warm.permanent('database') };
  progress(`watching it rest for ${plan.restMs / 1000} s`);
  const used = async () => (await cpuMs(permanent.launcher)) + (await cpuMs(permanent.database));
  const [began, before] = [performance.now(), await used()];
  await pause(plan.restMs, undefined, { signal });
  measured.facts['processor when idle'] = (100 * ((await used()) - before)) / (performance.now() - began);
  for (const [name, container] of Object.entries(permanent)) {
    measured.facts[`${name} memory when idle`] = await proportionalMb(container);
    measured.facts[`${name} resident when idle`] = await residentMb(container);
  }
}
