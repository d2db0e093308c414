import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import { bundle, cache } from '../bundle.ts';
import { NOTHING } from '../catalog.ts';
import { interleave, type Variant } from '../interleave.ts';
import { run } from '../run.ts';
import { sendAll } from '../send-all.ts';
import { STILL_MS } from './quiet.ts';

const EVENTS = { full: 60, quick: 20 };
const CONNECTIONS = 12;
/** The same for standard input and output, without a line of ours. */
const STDIO = 'process.stdin.resume().on("end", () => process.stdout.write("{}"));';

/** A function that does nothing, on the kit and over stdio, in turns: the same image, the same limits, a container per event. */
export async function stdio(bench: Bench): Promise<void> {
  const { measured, plan, progress } = bench;
  progress('the image of both');
  await buildImage(bench);
  const variants = Object.entries(NOTHING).flatMap(([how, name]) => [
    start(bench, `cold ${how}`, name, 'cold'),
    start(bench, `prewarmed ${how}`, name, 'prewarmed'),
    throughput(bench, `throughput ${how}`, name),
  ]);
  Object.assign(measured.series, await interleave(plan.rounds, variants, bench));
}

function start({ cold: stack, otherLoad }: Bench, name: string, of: string, kind: 'cold' | 'prewarmed'): Variant {
  const isReady = (found: Readonly<Record<string, number>>) => found[`${of} prewarmed`] === 1;
  return {
    name,
    async prepare() {
      await stack.empty();
      if (kind === 'prewarmed') await stack.settle(`a prewarmed ${of}`, isReady, () => stack.invoke(of));
      await otherLoad.still(STILL_MS);
    },
    async sample() {
      const { totalMs, headers } = answered(await stack.invoke(of));
      return headers['x-start-kind'] === kind ? totalMs : undefined;
    },
  };
}

function throughput({ cold: stack, plan }: Bench, name: string, of: string): Variant {
  const events = plan.chromium ? EVENTS.full : EVENTS.quick;
  return {
    name,
    prepare: () => stack.empty(),
    async sample() {
      const began = performance.now();
      await sendAll(events, CONNECTIONS, async () => answered(await stack.invoke(of)));
      return (events / (performance.now() - began)) * 1000;
    },
  };
}

/** Node and both programs. The kit's is the image's own command. */
async function buildImage({ imageTag, nodeImage }: Bench): Promise<void> {
  const folder = path.join(cache, 'nothing');
  mkdirSync(folder, { recursive: true });
  const kit = await bundle('launcher-alone/nothing.program.ts', 'nothing/kit');
  writeFileSync(path.join(folder, 'stdio.mjs'), STDIO);
  const dockerfile = `FROM ${nodeImage}
LABEL org.serverless-vote.image=nothing
COPY ${path.basename(kit)} stdio.mjs /
ENTRYPOINT ["node"]
CMD ["/kit.mjs"]
`;
  const args = [
    'build',
    '--quiet',
    '--network',
    'none',
    '--tag',
    `serverless-vote/nothing:${imageTag}`,
    '-f',
    '-',
    folder,
  ];
  await run('docker', args, { input: dockerfile, env: { DOCKER_BUILDKIT: '0' } });
}
