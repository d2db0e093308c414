import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findFunction, NotInCatalog, parseCatalog } from './catalog.ts';

const json = readFileSync(new URL('../../../functions/catalog.json', import.meta.url), 'utf8');

const catalog = parseCatalog(json);

describe('the catalog as the allow-list', () => {
  test.each([
    'record-vote',
    'function:record-vote',
    'record-vote:$LATEST',
    '000000000000:function:record-vote',
    'arn:aws:lambda:local:000000000000:function:record-vote',
    'arn:aws:lambda:eu-west-1:123456789012:function:record-vote:$LATEST',
  ])('finds a function as %s', (requested) => {
    expect(findFunction(catalog, requested).name).toBe('record-vote');
  });

  test.each([
    'nobody',
    'Record-Vote',
    '../record-vote',
    'serverless-vote/record-vote',
    'record-vote:latest',
    'toString',
    '__proto__',
    'constructor',
    '',
    'a'.repeat(10_000),
    'record-vote\0',
    'record-vote\n',
  ])('has no %j', (requested) => {
    expect(() => findFunction(catalog, requested)).toThrow(NotInCatalog);
  });

  test('knows no version but $LATEST', () => {
    expect(() => findFunction(catalog, 'record-vote', '7')).toThrow('Function not found');
    expect(findFunction(catalog, 'record-vote', '$LATEST').name).toBe('record-vote');
  });
});

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
