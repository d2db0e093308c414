import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseContainer, image } from './database-container.ts';
import { docker, printedBy, startContainer } from './docker.ts';

let database: DatabaseContainer;

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
});
afterAll(() => database?.stop());

test('a second server on the same volume waits until the first one has ended, and goes on with its data', async () => {
  const owner = await database.connect('postgres');
  const second = await startContainer(
    ...['--volume', `${database.dataVolume}:/var/lib/postgresql`],
    ...['--volume', `${database.socketVolume}:/var/run/postgresql`],
    image('database'),
  );
  await expect.poll(() => printedBy(second)).toContain('Another server uses this volume');
  await owner.query('create table kept_by_the_second as select 1 as row');
  await owner.query('grant select on kept_by_the_second to "fetch-results"');

  await docker('stop', database.id);
  await expect.poll(() => printedBy(second)).toContain('ready to accept connections');
  const caller = await database.connect('fetch-results');
  expect((await caller.query('select row from kept_by_the_second')).rows).toEqual([{ row: 1 }]);
  expect(await printedBy(second)).not.toMatch(/PANIC|not properly shut down/);
});
