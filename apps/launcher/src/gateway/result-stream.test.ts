import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { functionError, type Outcome } from '../model/invocation.ts';
import { resultLine, resultStream } from './result-stream.ts';

/** What the first viewer gets. */
async function shown(outcome: Outcome): Promise<string> {
  let text = '';
  const write = (message: Buffer | string) => {
    text += message;
    return true;
  };
  const socket = Object.assign(new EventEmitter(), { write, end: () => undefined });
  const response = Object.assign(new EventEmitter(), {
    socket,
    writeHead: () => response,
    write,
  }) as unknown as ServerResponse;
  const told = Promise.withResolvers<void>();
  const stream = resultStream(
    async () => outcome,
    () => told.resolve(),
  );
  stream.watch(response);
  await told.promise;
  stream.close();
  return text;
}

test('a function’s result is shown unchanged, in one line', async () => {
  expect(await shown({ kind: 'result', payload: Buffer.from('{\n"total": 1}') })).toContain('data: {"total":1}\n\n');
});

test('a function’s own error stays private: viewers are told that there is no result just now', async () => {
  const text = await shown(functionError('Error', 'password=hunter2'));
  expect(text).toContain('event: paused\ndata: {"message":"Results cannot be computed just now."}');
  expect(text).not.toContain('hunter2');
});

describe('a result for a stream', () => {
  const isShown = (payload: string) => resultLine(Buffer.from(payload));

  test('is one line, whatever its lines', () => {
    expect(isShown('{\n  "total": 1\r\n}')).toBe('{"total":1}');
    expect(isShown(JSON.stringify('x'.repeat(64 * 1024 - 2)))).toHaveLength(64 * 1024);
  });

  test.each([
    ['of more than 64 KB', JSON.stringify('x'.repeat(64 * 1024)), 'bytes'],
    ['of 6 MB of brackets', '['.repeat(6 * 1024 * 1024), 'bytes'],
    ['that is no JSON', 'data: forged\n\n', 'with JSON'],
  ])('%s is refused in words', (_case, payload, why) => {
    expect(() => isShown(payload)).toThrow(why);
  });
});
