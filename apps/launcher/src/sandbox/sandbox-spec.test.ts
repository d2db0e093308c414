import path from 'node:path';
import { type FunctionEntry, readCatalog } from '@serverless-vote/catalog';
import { expect, test } from 'vitest';
import { sandboxSpec } from './sandbox-spec.ts';

const { functions } = readCatalog(path.resolve(import.meta.dirname, '../../../../functions/catalog.json'));
const specOf = (changes: Partial<FunctionEntry>) => {
  const entry = { ...(functions['record-vote'] as FunctionEntry), ...changes };
  return sandboxSpec({ sandboxId: 'a', name: 'f' }, entry, 'image', { mounts: [], environment: {} });
};

test('a function that uses the database has few open files, since each may be a connection to it; the others need no limit', () => {
  const serving = { kind: 'reuse', inFlight: 32, events: 5_000 } as const;
  expect(specOf({ serving })).toMatchObject({ openFiles: 96, network: 'database' });
  expect(specOf({ serving: { kind: 'single-use' } })).toMatchObject({ openFiles: 65, network: 'database' });
  expect(specOf({ database: false })).toMatchObject({ openFiles: undefined, network: 'none' });
});
