import { setTimeout as pause } from 'node:timers/promises';
import { cpuMs, memoryOf } from '../usage.ts';
import type { Application, Compare } from './application.ts';
import { fact } from './names.ts';

/** Both at the same time, when nobody has used them for a while: neither disturbs the other. */
export async function idle({ applications, plan, docker, measured, progress, signal }: Compare): Promise<void> {
  progress('waiting for the idle timeout');
  await Promise.all(applications.map((application) => application.idle()));
  const used = async (application: Application) => {
    const times = (await application.containers()).map(({ Id }) => cpuMs(docker.getContainer(Id)));
    return (await Promise.all(times)).reduce((sum, ms) => sum + ms, 0);
  };
  progress(`watching both for ${plan.restMs / 1000} s`);
  const before = await Promise.all(applications.map(used));
  const began = performance.now();
  await pause(plan.restMs, undefined, { signal });
  const after = await Promise.all(applications.map(used));
  const ms = performance.now() - began;
  for (const [index, application] of applications.entries()) {
    const containers = await application.containers();
    const share = (100 * ((after[index] ?? Number.NaN) - (before[index] ?? Number.NaN))) / ms;
    measured.facts[fact('processor when idle', application.name)] = share;
    measured.facts[fact('containers when idle', application.name)] = containers.length;
    const memory = await Promise.all(containers.map(async ({ Id }) => memoryOf(docker.getContainer(Id))));
    // Containers of one image share the pages of its files.
    const files = new Map<string, number>();
    for (const [place, { filesMb }] of memory.entries()) {
      const image = containers[place]?.ImageID ?? '';
      files.set(image, Math.max(files.get(image) ?? 0, filesMb));
    }
    const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
    measured.facts[fact('memory when idle', application.name)] =
      sum(memory.map(({ ownMb }) => ownMb)) + sum(files.values());
    measured.details[`memory when idle: ${application.name}`] = memory.map((each, place) => ({
      container: containers[place]?.Names[0],
      ...each,
    }));
  }
}
