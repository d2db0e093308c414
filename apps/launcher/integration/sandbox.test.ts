import { readlinkSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { numbers } from './numbers.ts';
import { ownerSession } from './sql.ts';
import {
  baseUrl,
  containers,
  controlUrl,
  docker,
  follow,
  invoke,
  permanent,
  send,
  vote,
  watchEngine,
} from './stack.ts';

const gone = async (id: string) =>
  expect.poll(async () => (await containers()).filter(({ Id }) => Id.startsWith(id))).toEqual([]);

describe('a container', () => {
  test('is started for one vote, ends with exit status 0, and is gone', async () => {
    await twoAreReady();
    const engine = await watchEngine('record-vote');
    const served: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      served.push((await vote()).headers['x-container-id'] ?? '');
      await twoAreReady();
    }
    expect(new Set(served).size).toBe(3);
    for (const id of served) await gone(id);
    const events = await engine.end();
    for (const id of served)
      expect(events.filter((event) => event.includes(id)).slice(-2)).toEqual([`die ${id} 0`, `destroy ${id}`]);
  });

  test('takes further votes when they come one after another without a pause', async () => {
    await twoAreReady();
    const kinds: (string | undefined)[] = [];
    for (let i = 0; i < 60; i += 1) kinds.push((await vote()).headers['x-start-kind']);
    expect(kinds.slice(-10)).toEqual(Array(10).fill('warm'));
  });

  test('that got an event is replaced, so that the next vote finds one ready', async () => {
    await vote();
    for (let i = 0; i < 2; i += 1) {
      await twoAreReady();
      expect((await vote()).headers['x-start-kind']).toBe('prewarmed');
    }
  });

  test('is not started for each vote of a crowd, and every vote is answered', async () => {
    await twoAreReady();
    const engine = await watchEngine('record-vote');
    const owner = await ownerSession();
    await owner.client.query('begin; lock table votes in exclusive mode');
    const bus = await follow(controlUrl, '/events');
    const crowd = Promise.all(Array.from({ length: 60 }, () => vote()));
    await expect.poll(() => bus.text().match(/"type":"invocation.accepted"/g)?.length).toBe(60);
    bus.leave();
    await owner.end();
    const answers = await crowd;
    expect(answers.map(({ status, headers }) => [status, headers['x-amz-function-error']])).toEqual(
      answers.map(() => [200, undefined]),
    );
    // Six at a time are allowed; one that exits in a gap between arrivals may have a successor. The target is at most ten.
    expect(new Set(answers.map(({ headers }) => headers['x-container-id'])).size).toBeLessThanOrEqual(10);
    expect((await engine.end()).filter((event) => event.startsWith('create')).length).toBeLessThanOrEqual(10);
  });

  test('that is idle exits at the idle timeout, and two containers remain', async () => {
    await vote();
    await expect
      .poll(async () => (await containers()).map(({ Labels }) => Labels['org.serverless-vote.name']).toSorted(), {
        interval: 250,
      })
      .toEqual(['database', 'launcher']);
  });

  test('that is removed by hand is noticed at once, and replaced', async () => {
    await twoAreReady();
    const [waiting] = await containers('record-vote');
    await docker.getContainer(waiting?.Id ?? '').remove({ force: true });
    expect((await vote()).status).toBe(200);
    await twoAreReady();
  });

  test('has no rights but to its endpoints', async () => {
    const seen = (await invoke('misbehave', { do: 'look' })).json() as Record<string, unknown>;
    expect(seen).toEqual({
      uid: 10_009,
      environment: expect.not.arrayContaining(['SESSION_SECRET', 'DOCKER_HOST']),
      engineSocket: false,
      networks: ['lo'],
      writable: ['/tmp'],
      sockets: expect.not.arrayContaining(['control', 'ingress', 'secrets', 'web']),
      // Its own endpoint, and no other container's.
      runtime: ['api.sock'],
    });
  });

  test.each(['record-vote', 'fetch-results', 'web'])('of %s is confined by the engine', async (name) => {
    if (name === 'web') await fetch(`${baseUrl}/`);
    else if (name === 'record-vote') await vote();
    else await invoke(name);
    const seen = await vi.waitFor(async () => {
      const [info] = await containers(name);
      const inspected = await docker.getContainer(info?.Id ?? 'none').inspect();
      return { ...inspected, namespace: readlinkSync(`/proc/${inspected.State.Pid}/ns/net`) };
    }, 120_000);
    const { Config, HostConfig, Mounts, NetworkSettings, namespace } = seen;
    const database = await (await permanent('database')).inspect();
    for (const other of [database.State.Pid, 'self']) expect(namespace).not.toBe(readlinkSync(`/proc/${other}/ns/net`));
    expect(Config.User).toMatch(/^(10\d{3}):\1$/);
    expect(HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
    });
    expect(HostConfig.Memory).toBeGreaterThan(0);
    expect(HostConfig.NanoCpus).toBeGreaterThan(0);
    expect(HostConfig.PidsLimit).toBeGreaterThan(0);
    expect(HostConfig.NetworkMode).toBe('none');
    expect(NetworkSettings.Networks).toEqual({});
    expect(Mounts.filter(({ Source, Destination }) => /docker\.sock/.test(`${Source}${Destination}`))).toEqual([]);
    expect(Mounts.filter(({ RW }) => RW).map(({ Destination }) => Destination)).toEqual(
      name === 'web' ? ['/run/web'] : [],
    );
  });
});

/** Waits until two containers are ready and none stays from before; opens the page again in case they take longer than the idle timeout. */
const twoAreReady = () =>
  expect
    .poll(
      async () => {
        await send(baseUrl, '/', { headers: { accept: '*/*' } });
        const count = await numbers();
        return ['prewarmed', 'idle'].map((state) => count('containers', { name: 'record-vote', state }));
      },
      { interval: 100 },
    )
    .toEqual([2, 0]);
