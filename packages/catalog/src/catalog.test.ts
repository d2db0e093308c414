import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCatalog } from './catalog.ts';

const json = readFileSync(new URL('../../../functions/catalog.json', import.meta.url), 'utf8');

describe('reading the catalog', () => {
  const change = (edit: (catalog: Record<string, Record<string, Record<string, unknown>>>) => void): string => {
    const changed = JSON.parse(json);
    edit(changed);
    return JSON.stringify(changed);
  };

  test('refuses root as a user', () => {
    const root = change(({ functions }) => {
      if (functions?.['record-vote']) functions['record-vote'].user = 0;
    });
    expect(() => parseCatalog(root)).toThrow('["record-vote"].user');
  });

  test.each([999, 1000, 9999, 65_534])(
    'refuses %i as a user: users of images, people of this machine, and nobody',
    (uid) => {
      const taken = change(({ functions }) => {
        if (functions?.['record-vote']) functions['record-vote'].user = uid;
      });
      expect(() => parseCatalog(taken)).toThrow('999 owns Postgres and its data');
    },
  );

  test('refuses a setting that it does not know, so that a typing error is no silent default', () => {
    const typo = change(({ functions }) => {
      if (functions?.['record-vote']) functions['record-vote'].memoryMB = 64;
    });
    expect(() => parseCatalog(typo)).toThrow('memoryMB');
  });

  test('refuses the name of a function that it does not have', () => {
    const unknown = change(({ web }) => {
      if (web) Object.assign(web, { mayInvoke: ['drop-tables'] });
    });
    expect(() => parseCatalog(unknown)).toThrow('drop-tables');
  });
});
