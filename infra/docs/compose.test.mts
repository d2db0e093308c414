import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog } from '@serverless-vote/catalog';
import { describe, expect, test } from 'vitest';
import { ROOT } from './document.mts';

const file = readFileSync(join(ROOT, 'docker-compose.override.yml'), 'utf8');
const { functions, services } = readCatalog(join(ROOT, 'functions/catalog.json'));

test('docker compose builds every function of the catalog, for its user', () => {
  const built = [...file.matchAll(/NAME: ([\w-]+), USER_ID: (\d+)/g)].map(([, name, user]) => `${name} ${user}`);
  expect(built).toEqual(Object.entries(functions).map(([name, { user }]) => `${name} ${user}`));
});

describe('compose.published.yml', () => {
  const linesOf = (path: string) =>
    readFileSync(join(ROOT, path), 'utf8')
      .replaceAll(/\$\{IMAGE_PREFIX(:\?[^}]*)?\}\//g, '')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const own = linesOf('docker-compose.yml');
  const published = linesOf('compose.published.yml');
  const without = (lines: string[], others: string[]) => lines.filter((line) => !others.includes(line));

  test('is docker-compose.yml with secrets that the launcher makes, without a clone', () => {
    expect(without(own, published)).toEqual([
      '    secrets: [session-secret, presenter-key]',
      expect.stringContaining('org.serverless-vote.clone'),
      ...['secrets:', '  session-secret:', '    file: ./.secrets/session-secret'],
      ...['  presenter-key:', '    file: ./.secrets/presenter-key'],
    ]);
    const both = (lines: string[], others: string[]) => without(lines, without(lines, others));
    expect([...new Set(both(published, own))]).toEqual([...new Set(both(own, published))]);
  });

  test('brings every image of the catalog, and starts none of them', () => {
    const images = Object.entries({ ...functions, ...services }).flatMap(([name, { image }]) => [
      ...[`  ${name}:`, '    <<: *on-demand', `    image: ${image}:\${IMAGE_TAG:-latest}`],
    ]);
    const more = without(published, own);
    expect(more.filter((line) => line.startsWith('  ') && images.includes(line)).sort()).toEqual(images.sort());
    expect(without(more, images)).toEqual([
      ...['x-on-demand: &on-demand', '  scale: 0', '  network_mode: none'],
      ...[expect.stringMatching(/^ {6}IMAGE_PREFIX: \$\{IMAGE_PREFIX\}$/), '      MAKE_SECRETS: 1'],
      ...['      - secrets:/run/secrets', '  secrets: { labels: *ours }'],
    ]);
  });
});
