import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { cpuMs, proportionalMb, residentMb } from '../usage.ts';

/** The stack after all that, when the idle timeout has passed: what is left, what it weighs, and what it does. */
export async function rest({ warm, docker, plan, measured, progress, signal }: Bench): Promise<void> {
  progress('waiting for the idle timeout');
  await warm.empty();
  const left = await warm.containers();
  measured.facts['containers at rest'] = left.length;
  measured.details['containers at rest'] = left.map(({ Labels }) => Labels['org.serverless-vote.name']);
  // Whoever reads processor time at rest wants to know who else was there.
  measured.facts['other containers meanwhile'] = (await docker.listContainers()).length - left.length;

  const permanent = { launcher: await warm.permanent('launcher'), database: await warm.permanent('database') };
  progress(`watching it rest for ${plan.restMs / 1000} s`);
  const used = async () => (await cpuMs(permanent.launcher)) + (await cpuMs(permanent.database));
  const [began, before] = [performance.now(), await used()];
  await pause(plan.restMs, undefined, { signal });
  measured.facts['processor at rest'] = (100 * ((await used()) - before)) / (performance.now() - began);
  for (const [name, container] of Object.entries(permanent)) {
    measured.facts[`${name} memory at rest`] = await proportionalMb(container);
    measured.facts[`${name} resident at rest`] = await residentMb(container);
  }
}
