import { readCatalog } from '@serverless-vote/catalog';
import { describe, expect, test } from 'vitest';
import { findFunction } from './find-function.ts';

const catalog = readCatalog(`${import.meta.dirname}/../../../../functions/catalog.json`);

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
    expect(() => findFunction(catalog, requested)).toThrow(
      expect.objectContaining({ type: 'ResourceNotFoundException' }),
    );
  });

  test('knows no version but $LATEST', () => {
    expect(() => findFunction(catalog, 'record-vote', '7')).toThrow('Function not found');
    expect(findFunction(catalog, 'record-vote', '$LATEST').name).toBe('record-vote');
  });
});
