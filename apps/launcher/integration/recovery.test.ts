import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hold, running } from './held.ts';
import { ownerSession } from './sql.ts';
import {
  type Answer,
  baseUrl,
  containers,
  controlUrl,
  crash,
  docker,
  follow,
  healthy,
  invoke,
  permanent,
  send,
  total,
  visit,
  vote,
} from './stack.ts';

const run = promisify(execFile);

describe('a vote', () => {
  test('waits while the database restarts, and is recorded', async () => {
    const before = await total();
    await (await permanent('database')).restart({ t: 5 });
    expect((await vote()).status).toBe(200);
    expect(await total()).toBe(before + 1);
  });

  test('is recorded after the database’s process was killed', async () => {
    const before = await total();
    await crash('database');
    expect((await vote()).status).toBe(200);
    expect(await total()).toBe(before + 1);
  });

  test('whose transaction the database’s death cut off is recorded, once', async () => {
    const before = await total();
    const owner = await ownerSession();
    await owner.client.query('begin; lock table votes in exclusive mode');
    const answer = vote();
    const waiting = `select from pg_locks where relation = 'votes'::regclass and not granted`;
    await expect.poll(async () => (await owner.client.query(waiting)).rowCount).toBe(1);
    await crash('database');
    await owner.end();
    expect((await answer).status).toBe(200);
    expect(await total()).toBe(before + 1);
  });

  test('wins over an earlier one, even if the clock was set back and the launcher restarted since', async () => {
    const voter = randomUUID();
    const before = votesOf(await invoke('fetch-results'));
    const owner = await ownerSession();
    // Recorded by a launcher whose clock was a day ahead of today's.
    const tomorrow = BigInt(Date.now() + 86_400_000) * 1000n;
    await owner.client.query('select record_votes(array[$1::uuid], array[$2], array[$3::bigint])', [
      ...[voter, 'cats', tomorrow],
    ]);
    await owner.end();
    await crash('launcher');
    await healthy();
    expect((await vote('dogs', voter)).status).toBe(200);
    expect(votesOf(await invoke('fetch-results'))).toEqual({ ...before, dogs: (before.dogs ?? 0) + 1 });
  });
});

const votesOf = ({ json }: Answer): Record<string, number> =>
  Object.fromEntries(
    (json() as { options: { id: string; votes: number }[] }).options.map(({ id, votes }) => [id, votes]),
  );

describe('an operator’s docker kill and docker start', () => {
  test.each(['database', 'launcher'] as const)('bring the %s back cleanly', async (name) => {
    await vote();
    const before = await total();
    const killed = await permanent(name);
    const left = (await containers('record-vote')).map(({ Id }) => Id);
    await killed.kill();
    await killed.start();
    await healthy();
    expect((await vote()).status).toBe(200);
    expect(await total()).toBe(before + 1);
    if (name === 'launcher')
      expect((await containers('record-vote')).filter(({ Id }) => left.includes(Id))).toEqual([]);
  });
});

describe('after web was killed', () => {
  test('the next page is there, and so is its vote', async () => {
    expect((await visit('/')).status).toBe(200);
    await crash('web');
    expect((await visit('/')).status).toBe(200);
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send(baseUrl, '/vote', { method: 'POST', headers, body: 'choice=cats' })).status).toBe(200);
  });
});

describe('the restart policy', () => {
  test.each(['database', 'launcher'] as const)('of the %s outlasts an engine that was killed', async (name) => {
    const { HostConfig } = await (await permanent(name)).inspect();
    // unless-stopped doesn't: after a crash the engine counts its own clean-up as an operator's stop.
    expect(HostConfig.RestartPolicy).toEqual({ Name: 'always', MaximumRetryCount: 0 });
  });
});

describe('after the launcher was killed', () => {
  test('a new one removes its containers, keeps the votes, and continues', async () => {
    const before = await total();
    const { containerId: left } = await hold('misbehave');
    await crash('launcher');
    await healthy();
    const now = (await containers()).map(({ Id }) => Id);
    expect(now.filter((id) => id.startsWith(left))).toEqual([]);
    const { text: metrics } = await send(controlUrl, '/metrics');
    expect(metrics).toMatch(/^containers_leaked_total\{found="start"\} [1-9]/m);
    expect(metrics).toMatch(/^containers_leaked_total\{found="running"\} 0$/m);
    expect((await vote()).status).toBe(200);
    expect(await total()).toBe(before + 1);
  });
});

describe('a launcher that is told to stop', () => {
  test('answers the events in flight first, and leaves no container behind', async () => {
    const { answer } = await running('misbehave-reused', { do: 'sleep', ms: 2000 });
    const launcher = await permanent('launcher');
    await launcher.stop({ t: 25 });
    try {
      expect((await answer).json()).toEqual({ slept: 2000 });
      expect((await containers()).map(({ Labels }) => Labels['org.serverless-vote.role'])).toEqual([
        'permanent',
        'permanent',
      ]);
      expect((await launcher.inspect()).State.ExitCode).toBe(0);
    } finally {
      await launcher.start();
      await healthy();
    }
  });
});

describe('the results stream', () => {
  test('shows a vote, whoever cast it, without web', async () => {
    const stream = await follow(baseUrl, '/streams/results');
    await expect.poll(stream.text).toMatch(/^data: \{.*"question"/m);
    await expect.poll(async () => (await containers('web')).length).toBe(0);
    const before = await total();
    await vote();
    await expect.poll(stream.text).toContain(`"total":${before + 1}`);
    stream.leave();
  });
});

describe('only the launcher', () => {
  test('has a network and the engine’s socket', async () => {
    const launcher = await (await permanent('launcher')).inspect();
    const database = await (await permanent('database')).inspect();
    expect(database.HostConfig.NetworkMode).toBe('none');
    expect(database.Mounts.some(({ Source }) => Source.includes('docker.sock'))).toBe(false);
    expect(launcher.HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] });
    for (const { HostConfig } of [launcher, database])
      expect(HostConfig.SecurityOpt?.join()).toContain('no-new-privileges');
    await invoke('fetch-results');
    const { stdout } = await run('docker', ['exec', database.Id, 'cat', '/proc/net/dev']);
    expect(
      stdout
        .trim()
        .split('\n')
        .slice(2)
        .map((line) => line.trim().split(':')[0]),
    ).toEqual(['lo']);
    expect(docker).toBeDefined();
  });
});
