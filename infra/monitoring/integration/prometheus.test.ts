import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asNeighbour, cannotBeMade, neighbour } from '@serverless-vote/launcher/integration/neighbour';
import { baseUrl, controlUrl, docker, follow, invoke, send, vote } from '@serverless-vote/launcher/integration/stack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertRules, panelQueries } from './queries.ts';

const FOLDER = join(import.meta.dirname, '..');
const QUICK = join(FOLDER, '../../.cache/quick-monitoring');
const stack = process.env.STACK ?? 'serverless-vote-test';
let prometheus = '';

const run = (script: string, more: Record<string, string> = {}) =>
  promisify(execFile)(join(FOLDER, script), {
    env: { ...process.env, SAY_SCREEN: '', STEP_NAME: '', STEP_NOTE: '', WITHOUT_ENV_FILE: '1', STACK: stack, ...more },
  });

const watchers = async () =>
  docker.listContainers({ all: true, filters: { label: [`org.serverless-vote.monitoring=${stack}`] } });

/** The project's own files, only quicker: what takes minutes there takes seconds here. */
function quickFiles(): string {
  mkdirSync(QUICK, { recursive: true });
  const config = readFileSync(join(FOLDER, 'prometheus.yml'), 'utf8');
  writeFileSync(join(QUICK, 'prometheus.yml'), config.replaceAll(/(interval|timeout): \d+s/g, '$1: 1s'));
  writeFileSync(join(QUICK, 'alerts.yml'), alertRules().replaceAll(/for: \w+/g, 'for: 2s'));
  return QUICK;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

type Series = { metric: Record<string, string>; value: [number, string] };

/** Asks Prometheus' own API (https://prometheus.io/docs/prometheus/latest/querying/api/). */
async function api<Data>(path: string, parameters: Record<string, string> = {}): Promise<Data> {
  const answer = await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = (await answer.json()) as { status: string; data: Data; error?: string };
  if (status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${error}`);
  return data;
}

const ask = async (query: string) => (await api<{ result: Series[] }>('query', { query })).result;
const number = async (query: string) => Number((await ask(query))[0]?.value[1] ?? Number.NaN);
const firing = async () => (await ask('ALERTS{alertstate="firing"}')).map(({ metric }) => metric);

beforeAll(async () => {
  const port = await freePort();
  prometheus = `http://127.0.0.1:${port}`;
  const { stderr } = await run('monitor.sh', { PROMETHEUS_PORT: port, PROMETHEUS_CONFIG: quickFiles() });
  expect(stderr).toContain(prometheus);
});

afterAll(async () => {
  await run('monitor-stop.sh').catch(() => undefined);
  for (const { Id } of await watchers()) await docker.getContainer(Id).remove({ force: true });
  const { Volumes } = await docker.listVolumes({ filters: { label: [`org.serverless-vote.monitoring=${stack}`] } });
  for (const { Name } of Volumes) await docker.getVolume(Name).remove();
});

describe('a Prometheus that make monitor has started', () => {
  test('reads a burst to the last vote', async () => {
    const query = 'sum(invocations_total{function="record-vote",outcome="success"})';
    const before = await number(query);
    const viewer = await follow(baseUrl, '/streams/results');
    await Promise.all(Array.from({ length: 60 }, () => vote()));
    await expect.poll(() => number(query)).toBe(before + 60);
    expect(
      await number('increase(gateway_function_invocation_total{function_name="record-vote",code="200"}[1m])'),
    ).toBeGreaterThan(0);
    await expect.poll(() => number('results_fanout_seconds_count')).toBeGreaterThan(0);
    viewer.leave();
  });

  test('fires FunctionFailing for the function that fails, and for no other', async () => {
    await expect
      .poll(
        async () => {
          await invoke('misbehave', { do: 'fail' });
          return firing();
        },
        { interval: 500 },
      )
      .toContainEqual(
        expect.objectContaining({ alertname: 'FunctionFailing', function: 'misbehave', severity: 'critical' }),
      );
    const names = (await firing()).map(({ alertname, function: name }) => [alertname, name].join(' '));
    expect(names).not.toContain('FunctionFailing record-vote');
    expect(names.filter((name) => /^(LauncherDown|DatabaseAway|EngineFailing|ContainersLeaking)/.test(name))).toEqual(
      [],
    );
  });

  test('tells what to do about it', async () => {
    type Alert = { labels: Record<string, string>; annotations: Record<string, string> };
    const { alerts } = await api<{ alerts: Alert[] }>('alerts');
    const alert = alerts.find(({ labels }) => labels.alertname === 'FunctionFailing');
    expect(alert?.annotations.summary).toMatch(/% of the invocations of misbehave fail/);
    expect(alert?.annotations.runbook).toContain('make logs');
  });

  test('understands every query of the dashboard, and has data for what has just happened', async () => {
    const withoutData = async () => {
      await vote();
      const empty: string[] = [];
      for (const { title, query } of panelQueries()) {
        // A comparison with zero hides what is not there.
        if ((await ask(query)).length === 0 && !query.endsWith('> 0')) empty.push(title);
      }
      return empty;
    };
    await expect.poll(withoutData, { interval: 1_000 }).toEqual([]);
  });

  test('keeps a bounded amount, and is private to this machine', async () => {
    const all = await Promise.all((await watchers()).map(({ Id }) => docker.getContainer(Id).inspect()));
    expect(all.map(({ Args }) => Args.join(' ')).join('\n')).toContain('--storage.tsdb.retention.size=256MB');
    const published = all.flatMap(({ HostConfig }) =>
      Object.values<{ HostIp: string }[]>(HostConfig.PortBindings ?? {}),
    );
    expect(new Set(published.flat().map(({ HostIp }) => HostIp))).toEqual(new Set(['127.0.0.1']));
  });

  test('scrapes by address: the control API still refuses a name that it does not know', async () => {
    const answer = await send(controlUrl, '/metrics', { headers: { host: 'launcher:9000' } });
    expect(answer.status).toBe(403);
    const { activeTargets } = await api<{ activeTargets: { scrapeUrl: string }[] }>('targets');
    expect(activeTargets.map(({ scrapeUrl }) => scrapeUrl)).toEqual([
      expect.stringMatching(/^http:\/\/[\d.]+:9000\/metrics$/),
    ]);
  });

  describe.runIf(cannotBeMade === undefined)('and a neighbour with a route to the containers', () => {
    neighbour();

    const published = async () =>
      (await watchers()).flatMap(({ NetworkSettings, Ports }) =>
        Object.values(NetworkSettings.Networks).flatMap(({ IPAddress: address }) =>
          Ports.map(({ PrivatePort: port }) => ({ address, port })),
        ),
      );

    test('gets no answer at the ports that are published, unlike this machine', async () => {
      for (const { address, port } of await published()) {
        const fromHere = () => fetch(`http://${address}:${port}`).then(({ status }) => status);
        await expect.poll(() => fromHere().catch(() => 'not yet')).toBe(200);
        expect(await asNeighbour(address, [`${port}/`])).toEqual([expect.any(String)]);
      }
      expect(await published()).not.toEqual([]);
    });

    test('would find nobody at the others, not even where the engine lets it through', async () => {
      for (const { address } of await published()) await expect(fetch(`http://${address}:9090`)).rejects.toThrow();
    });
  });

  test('goes with make monitor-stop, and the stack goes on', async () => {
    await run('monitor-stop.sh');
    expect(await watchers()).toEqual([]);
    expect((await vote()).status).toBe(200);
  });
});
