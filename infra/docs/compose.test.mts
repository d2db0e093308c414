import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog } from '@serverless-vote/catalog';
import { expect, test } from 'vitest';
import { ROOT } from './document.mts';

const file = readFileSync(join(ROOT, 'docker-compose.override.yml'), 'utf8');
const { functions } = readCatalog(join(ROOT, 'functions/catalog.json'));

test('docker compose builds every function of the catalog, for its user', () => {
  const built = [...file.matchAll(/NAME: ([\w-]+), USER_ID: (\d+)/g)].map(([, name, user]) => `${name} ${user}`);
  expect(built).toEqual(Object.entries(functions).map(([name, { user }]) => `${name} ${user}`));
});

test('docker compose tells the database the user of every function that calls it', () => {
  const [, callers = ''] = /CALLERS: (.*)/.exec(file) ?? [];
  const called = Object.entries(functions).flatMap(([name, { user, database }]) =>
    database ? [`${name}:x:${user}:${user}::/:/usr/sbin/nologin`] : [],
  );
  expect(callers.split(' ')).toEqual(called);
});
