import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { SandboxSpec } from '@serverless-vote/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProcessEngine } from './process-engine.ts';

/** The program for each image. */
const SCRIPTS: Record<string, string> = {
  'says-something': 'console.log("out"); console.error("err"); process.exitCode = 7',
  'runs-on': 'console.log("up"); setInterval(() => 0, 1000)',
  'ignores-sigterm': 'process.on("SIGTERM", () => 0); console.log("up"); setInterval(() => 0, 1000)',
  'leaves-at-sigterm': 'process.on("SIGTERM", () => process.exit(3)); console.log("up"); setInterval(() => 0, 1000)',
  'has-a-child':
    'require("child_process").spawn("sleep", ["1000"], { stdio: "inherit" }); console.log("up"); setInterval(() => 0, 1000)',
  connects: 'require("net").connect(process.env.AWS_LAMBDA_RUNTIME_API).end("hello")',
  environment: 'console.log(JSON.stringify(process.env))',
};

let directory: string;
let engine: ProcessEngine;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/process-engine-`);
  engine = new ProcessEngine({
    directory,
    command(image) {
      const script = SCRIPTS[image];
      if (image === 'no-program') return ['/does/not/exist'];
      return script === undefined ? undefined : [process.execPath, '-e', script];
    },
  });
});
afterEach(async () => {
  await engine.close();
  rmSync(directory, { recursive: true });
});

const spec = (image: string, rest: Partial<SandboxSpec> = {}) =>
  ({ sandboxId: 'a', image, environment: {}, secrets: {}, mounts: [], ...rest }) as unknown as SandboxSpec;

/** Starts a program, and waits until it reports that it has started. */
async function up(image: string) {
  const started = await engine.start(spec(image));
  await new Promise((resolve) => started.output.once('data', resolve));
  return started;
}

describe('start', () => {
  test('runs the image’s program, and reports its output and exit status', async () => {
    const { containerId, output, exited } = await engine.start(spec('says-something'));
    expect(containerId).toMatch(/^[0-9a-f]{12}$/);
    expect((await text(output)).split('\n').toSorted()).toEqual(['', 'err', 'out']);
    expect(await exited).toEqual({ kind: 'exited', exitCode: 7, outOfMemory: false });
    expect(await engine.list()).toEqual([]);
  });

  test('lets a program connect to the socket that a container would have mounted', async () => {
    mkdirSync(`${directory}/a`);
    const server = net.createServer().listen(`${directory}/a/api.sock`);
    const said = new Promise<string>((resolve) => server.once('connection', (socket) => resolve(text(socket))));
    await engine.start(
      spec('connects', {
        environment: { AWS_LAMBDA_RUNTIME_API: '/run/runtime/api.sock' },
        mounts: [{ volume: 'runtime', folder: 'a', target: '/run/runtime', readOnly: true }],
      }),
    );
    expect(await said).toBe('hello');
    server.close();
  });

  test('passes environment and secrets on, and nothing of its own environment but PATH', async () => {
    const environment = { A: '1', B: '/run/control/control.sock' };
    const mounts = [{ volume: 'control', target: '/run/control', readOnly: true } as const];
    const { output } = await engine.start(spec('environment', { environment, secrets: { S: '2' }, mounts }));
    expect(JSON.parse(await text(output))).toEqual({
      ...{ A: '1', B: `${directory}/control.sock`, S: '2' },
      PATH: process.env.PATH,
    });
  });

  test.each([
    ['unknown-image', 'misconfigured'],
    ['no-program', 'unavailable'],
  ])('of %s fails: %s', async (image, kind) => {
    await expect(engine.start(spec(image))).rejects.toMatchObject({ name: 'EngineError', kind });
    expect(await engine.list()).toEqual([]);
  });
});

test('names the images for which it has no program', async () => {
  expect(await engine.missingImages(['runs-on', 'unknown-image'])).toEqual(['unknown-image']);
});

describe('stop', () => {
  test('sends SIGTERM, and resolves when the process has ended', async () => {
    const { exited } = await up('leaves-at-sigterm');
    await engine.stop('a', 60_000);
    expect(await exited).toMatchObject({ exitCode: 3 });
    expect(await engine.list()).toEqual([]);
  });

  test('kills what still runs when the grace is over', async () => {
    const { exited } = await up('ignores-sigterm');
    await engine.stop('a', 1);
    expect(await exited).toMatchObject({ exitCode: 137 });
  });
});

describe('remove', () => {
  test('kills the process, which is no longer listed; a second call succeeds, too', async () => {
    const { exited } = await up('runs-on');
    expect(await engine.list()).toEqual(['a']);
    await engine.remove('a');
    expect(await engine.list()).toEqual([]);
    expect(await exited).toMatchObject({ exitCode: 137 });
    await engine.remove('a');
  });

  test('kills what the process has started, too', async () => {
    const { output } = await up('has-a-child');
    await engine.remove('a');
    // The child holds this stream open for as long as it lives.
    await finished(output.resume());
  });
});
