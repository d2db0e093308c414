import path from 'node:path';
import { type FunctionEntry, readCatalog } from '@serverless-vote/catalog';
import { expect, test } from 'vitest';
import { sandboxSpec } from './sandbox-spec.ts';

const { functions } = readCatalog(path.resolve(import.meta.dirname, '../../../../functions/catalog.json'));
const runtime = {
  mounts: [{ volume: 'runtime' as const, folder: 'a', target: '/run/runtime', readOnly: true }],
  environment: { AWS_LAMBDA_RUNTIME_API: '/run/runtime/api.sock' },
};
const specOf = (changes: Partial<FunctionEntry>) => {
  const entry = { ...(functions['record-vote'] as FunctionEntry), ...changes };
  return sandboxSpec({ sandboxId: 'a', name: 'f' }, entry, 'image', runtime);
};

test('a function that uses the database has few open files, since each may be a connection to it; the others need no limit', () => {
  const serving = { kind: 'reuse', inFlight: 32, events: 5_000 } as const;
  expect(specOf({ serving })).toMatchObject({ openFiles: 80 });
  expect(specOf({ serving: { kind: 'single-use' } })).toMatchObject({ openFiles: 49 });
  expect(specOf({ database: false }).openFiles).toBeUndefined();
});

test.each([
  ['ours', {}, false],
  ['with a tag, from elsewhere', { image: 'an-image:1' }, true],
  ['a program over stdio', { protocol: 'stdio', database: false }, true],
  ['made for Lambda', { protocol: 'runtime-api-tcp', database: false }, true],
] as const)(
  'what an image declares is asked of the engine unless the image is ours: %s',
  (_what, changes, isForeign) => {
    expect(specOf(changes).isForeign).toBe(isForeign);
  },
);

test('a function made for Lambda finds what it finds there; its socket is mounted into its relay, not into itself', () => {
  const { relay, mounts, environment } = specOf({ protocol: 'runtime-api-tcp', database: false, memoryMb: 128 });
  expect({ relay, mounts }).toEqual({
    relay: { from: 9001, to: '/run/runtime/api.sock', mounts: runtime.mounts },
    mounts: [],
  });
  expect(environment).toMatchObject({
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
    AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]a',
  });
});

test('on a Swarm its agent gets the token that its requests need, and the function itself does not', () => {
  const overTcp = {
    mounts: [],
    environment: { AWS_LAMBDA_RUNTIME_API: '10.0.0.2:9001', SERVERLESS_VOTE_TOKEN: 'a.b' },
  };
  const entry = {
    ...(functions['record-vote'] as FunctionEntry),
    protocol: 'runtime-api-tcp' as const,
    database: false,
  };
  const { relay, environment } = sandboxSpec({ sandboxId: 'a', name: 'f' }, entry, 'image', overTcp);
  expect(relay).toEqual({ from: 9001, to: '10.0.0.2:9001', mounts: [], token: 'a.b' });
  expect(JSON.stringify(environment)).not.toContain('a.b');
});
