import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import { label } from '@serverless-vote/contracts/labels';
import Docker from 'dockerode';
import { afterEach, expect, test } from 'vitest';
import { DockerEngine } from './docker-engine.ts';
import { RELAY } from './relay.ts';

let close = () => undefined as unknown;
afterEach(() => close());

/** An engine's socket with prepared answers: a status and a body, or no answer. */
async function engineThat(
  answers: (request: string) => { status: number; body?: unknown } | undefined,
): Promise<DockerEngine> {
  const folder = mkdtempSync(`${os.tmpdir()}/engine-`);
  const server = http.createServer((request, response) => {
    const answer = answers(`${request.method} ${request.url}`);
    if (!answer) return;
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(`${folder}/docker.sock`, resolve));
  close = () => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  };
  return new DockerEngine('s', new Docker({ socketPath: `${folder}/docker.sock` }));
}

test.each([
  ['is awaited', 200, 'fulfilled'],
  ['that fails is no removal', 500, 'rejected'],
])('an earlier removal under way %s', async (_what, status, outcome) => {
  const asked: string[] = [];
  const engine = await engineThat((request) => {
    asked.push(request);
    return { status: request.startsWith('DELETE') ? 409 : status };
  });
  const [settled] = await Promise.allSettled([engine.remove('a')]);
  expect(settled?.status).toBe(outcome);
  expect(asked.at(-1)).toContain('/wait?condition=removed');
});

test('a removal of a container that is gone is no error', async () => {
  const engine = await engineThat(() => ({ status: 404 }));
  await engine.remove('a');
});

test('a launcher that cannot be found is not taken for a missing database', async () => {
  const engine = await engineThat(() => ({ status: 200, body: [] }));
  await expect(engine.open()).rejects.toMatchObject({
    name: 'EngineError',
    message: expect.stringContaining('launcher'),
  });
});

test('a sandbox with a relay is listed once, and removed with its relay', async () => {
  const removed: string[] = [];
  const of = (name: string, sandbox: string) => ({ Labels: { [label('name')]: name, [label('sandbox')]: sandbox } });
  const engine = await engineThat((request) => {
    if (request.startsWith('DELETE')) removed.push(/s-sandbox-[\w-]+/.exec(request)?.[0] ?? '');
    return request.startsWith('GET')
      ? { status: 200, body: [of('a-service', 'a'), of(RELAY, 'a'), of('a-function', 'b'), of(RELAY, 'c')] }
      : { status: 204 };
  });
  expect(await engine.list()).toEqual(['a', 'b', 'c']);
  for (const id of ['a', 'b', 'c']) await engine.remove(id);
  expect(removed.toSorted()).toEqual([
    ...['s-sandbox-a', 's-sandbox-a-relay', 's-sandbox-b', 's-sandbox-c', 's-sandbox-c-relay'],
  ]);
});

test('names the images that it does not have', async () => {
  const engine = await engineThat(() => ({ status: 200, body: [{ RepoTags: ['there:1'] }, { RepoTags: null }] }));
  expect(await engine.missingImages(['there:1', 'not-there:1'])).toEqual(['not-there:1']);
});
