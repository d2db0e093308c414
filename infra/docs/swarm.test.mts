import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from './document.mts';

const onSwarm = (what: string, catalog: string) =>
  execFileSync('node', ['infra/swarm/programs.mts', what, catalog], {
    cwd: ROOT,
    env: { ...process.env, IMAGE_TAG: 'a-tag' },
  });

test('a stack on a Swarm has a network for each program of others, and brings their images; without such programs it has nothing more', () => {
  const folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const catalog = JSON.parse(readFileSync(join(ROOT, 'functions/catalog.json'), 'utf8'));
  delete catalog.services.workshop;
  const ours = join(folder, 'ours.json');
  writeFileSync(ours, JSON.stringify(catalog));
  expect(JSON.parse(`${onSwarm('stack', ours)}`)).toMatchObject({ services: {}, networks: {}, volumes: {} });
  catalog.services.hello = { image: 'nginx:1.29', port: 80 };
  catalog.functions['fetch-results'].image = 'registry.example.org:5000/fetch-results:2';
  const changed = join(folder, 'catalog.json');
  writeFileSync(changed, JSON.stringify(catalog));
  expect(JSON.parse(`${onSwarm('stack', changed)}`)).toMatchObject({
    services: {
      launcher: { networks: ['only-hello'] },
      'agent-node': { cap_drop: ['ALL'], deploy: { mode: 'global' } },
    },
    networks: { 'only-hello': { driver: 'overlay', internal: true } },
  });
  expect(`${onSwarm('images', changed)}`.split('\n').filter(Boolean)).toEqual([
    ...['serverless-vote/web:a-tag', 'nginx:1.29'],
    ...['serverless-vote/record-vote:a-tag', 'registry.example.org:5000/fetch-results:2'],
    ...['open-poll', 'close-poll', 'edit-polls', 'list-polls'].map((name) => `serverless-vote/${name}:a-tag`),
  ]);
});
