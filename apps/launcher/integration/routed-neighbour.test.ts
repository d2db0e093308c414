import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { asking, asNeighbour, cannotBeMade, neighbour } from './neighbour.ts';
import { permanent, send } from './stack.ts';

const run = promisify(execFile);

const CONTROL = ['9000/2015-03-31/functions', '9000/events', '9000/system/logs?name=record-vote', '9000/dead-letters'];
const METRICS = ['9000/healthz', '9000/metrics'];
const PAGES = ['8080/', '8080/streams/results'];

/** No answer takes that long, even on a busy machine. */
const PATIENCE_MS = 120_000;

async function launcher() {
  const { Image, NetworkSettings } = await (await permanent('launcher')).inspect();
  const [[network = '', { IPAddress = '' } = {}] = []] = Object.entries(NetworkSettings.Networks);
  return { image: Image, network, address: IPAddress };
}

const why = cannotBeMade === undefined ? '' : ` (can't be tried here: ${cannotBeMade})`;
describe.runIf(cannotBeMade === undefined)(`a neighbour with a route to the launcher’s container${why}`, () => {
  neighbour();

  test('gets no answer, neither from the control API nor, while BIND is loopback, from the gateway', async () => {
    const answers = await asNeighbour((await launcher()).address, [...CONTROL, ...METRICS, ...PAGES]);
    expect(answers.filter((answer) => typeof answer === 'number')).toEqual([]);
  });
});

test('a container that the operator puts into the launcher’s network may read health and metrics, and open pages, but nothing else', async () => {
  const { image, network, address } = await launcher();
  const beside = async (paths: readonly string[]) => {
    const script = asking(address, paths, PATIENCE_MS);
    const { stdout } = await run('docker', [
      'run',
      '--rm',
      '--network',
      network,
      '--entrypoint',
      'node',
      image,
      '--eval',
      script,
    ]);
    return JSON.parse(stdout) as number[];
  };
  // The stream begins when there are results, which a busy machine may not have in time at first.
  await expect
    .poll(() => beside([...CONTROL, ...METRICS, '8080/streams/results']))
    .toEqual([403, 403, 403, 403, 200, 200, 200]);
});

test('this machine itself reaches both', async () => {
  const control = process.env.CONTROL_URL ?? '';
  expect((await send(control, '/2015-03-31/functions')).status).toBe(200);
  expect((await send(process.env.GATEWAY_URL ?? '', '/streams/none')).status).toBe(404);
});
