import { expect, test } from 'vitest';
import { DatabaseAway, EngineError, type SandboxSpec } from '../engine.ts';
import { startError } from './start-error.ts';

const refused = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });
const inNetworkOf = (network: SandboxSpec['network']) => ({ name: 'record-vote', network }) as SandboxSpec;

test.each([
  [409, 'cannot join network of a non running container: 1a2b'],
  [404, 'No such container: 1a2b'],
  [
    400,
    'OCI runtime create failed: unable to create new parent process: namespace path: lstat /proc/25230/ns/net: no such file',
  ],
])('a start that the engine refuses with %i, "%s", means that the database is away', (status, message) => {
  expect(startError(refused(status, message), inNetworkOf('database'))).toBeInstanceOf(DatabaseAway);
});

test('a container that does not share the database’s network says nothing about the database', () => {
  const error = startError(refused(400, 'namespace path: lstat /proc/1/ns/net: no such file'), inNetworkOf('none'));
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 2 });
});
