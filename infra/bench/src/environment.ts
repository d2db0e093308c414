import os from 'node:os';
import type Docker from 'dockerode';
import { run } from './run.ts';

/** What a reader has to know about the machine behind the numbers, without its name. */
export async function environment(docker: Docker, { imageTag, nodeImage }: { imageTag: string; nodeImage: string }) {
  const [engine, info] = [await docker.version(), await docker.info()];
  const git = (...args: string[]) =>
    run('git', args).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
  const { stdout: nodeInside } = await run('docker', ['run', '--rm', nodeImage, 'node', '--version']);
  return {
    date: new Date().toISOString(),
    commit: await git('rev-parse', '--short', 'HEAD'),
    changed: (await git('status', '--porcelain', '--', 'apps', 'functions', 'infra')) !== '',
    images: imageTag,
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    loadBefore: os.loadavg().map((load) => Math.round(load * 100) / 100),
    kernel: info.KernelVersion as string,
    system: info.OperatingSystem as string,
    architecture: info.Architecture as string,
    engine: engine.Version,
    cgroup: info.CgroupVersion as string | undefined,
    storage: info.Driver as string,
    node: { bench: process.version, containers: nodeInside.trim() },
  };
}
