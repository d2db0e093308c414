import { expect, test } from 'vitest';
import { EngineError, type SandboxSpec } from '../engine.ts';
import { startError } from './start-error.ts';

const refused = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });

test('any other refusal may be temporary: a relay that ended at once, for example', () => {
  const message = 'cannot join network of a non running container: 1a2b';
  const error = startError(refused(409, message), { name: 'greet' } as SandboxSpec);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 2 });
});

test.each([
  ['workshop:latest', true, '`make run` builds it'],
  ['record-vote:latest', false, '`make run` builds it'],
  ['greet-python:sample', true, '`infra/images/samples.sh` builds it'],
])('a missing serverless-vote/%s is explained by what builds it, whatever its protocol', (name, isForeign, fix) => {
  const image = `serverless-vote/${name}`;
  const spec = { name: 'a', image, isForeign } as SandboxSpec;
  const { message } = startError(refused(404, `No such image: ${image}`), spec);
  expect(message).toBe(`The image ${image} isn't on this machine; ${fix}.`);
});

test('a missing image from elsewhere is explained by its pull', () => {
  const spec = { name: 'a', image: 'nginx:1.29', isForeign: true } as SandboxSpec;
  expect(startError(refused(404, 'No such image: nginx:1.29'), spec).message).toContain('`docker pull nginx:1.29`');
});

const RUNC = 'OCI runtime create failed: container_linux.go:380: starting container process caused: ';
test.each([
  [`${RUNC}exec: "pyhton": executable file not found in $PATH: unknown `, 'exec: "pyhton": executable file not found'],
  [`${RUNC}exec: "/etc/passwd": permission denied: unknown`, 'exec: "/etc/passwd": permission denied'],
  ['OCI runtime create failed: crun: executable file `pyhton` not found in $PATH: unknown', 'executable file `pyhton`'],
])('a command that the image doesn’t have is the operator’s to correct: %s', (refusal, said) => {
  const spec = { name: 'greet', image: 'python:3.14-slim', command: ['pyhton', '-c', '1'] } as SandboxSpec;
  const error = startError(refused(400, refusal), spec);
  expect(error).toMatchObject({ kind: 'misconfigured', message: expect.stringContaining(said) });
  expect(error.message).toMatch(/^The image python:3.14-slim can't run the catalog's command \["pyhton","-c","1"\]: /);
  expect(error.message).toMatch(/[^ ]\. Correct "command" of greet in the catalog, or the image\.$/);
});

test('an image without a command needs one in the catalog', () => {
  const spec = { name: 'greet', image: 'python:3.14-slim' } as SandboxSpec;
  const { message } = startError(refused(400, 'No command specified'), spec);
  expect(message).toContain("can't run its own command: No command specified. Correct");
});
