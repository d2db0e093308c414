import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import type { Outcome } from '../model/invocation.ts';
import type { Poll, RuntimeClient } from './runtime-client.ts';
import { StdioExchange } from './stdio-exchange.ts';

test('of a result that comes byte by byte, only its bytes are kept: a list of them would take a hundred times as much memory', async () => {
  const [input, result, output] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let outcome: Outcome | undefined;
  const client = {
    poll: (poll: Poll) => poll.deliver({ requestId: 'r', payload: Buffer.from('{}') } as never),
    answer: (_requestId: string, answered: Outcome) => {
      outcome = answered;
    },
  } as unknown as RuntimeClient;
  const exchange = new StdioExchange(client, { output, stdio: { input, result } }, () => undefined);
  const chunks: WeakRef<Buffer>[] = [];
  for (let i = 0; i < 1_000; i += 1) {
    const chunk = Buffer.from([i % 251]);
    chunks.push(new WeakRef(chunk));
    result.write(chunk);
    await turn();
  }
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  expect(chunks.filter((chunk) => chunk.deref() !== undefined).length).toBeLessThan(10);
  exchange.ended({ kind: 'exited', exitCode: 0, outOfMemory: false }, 128);
  expect(outcome).toEqual({ kind: 'result', payload: Buffer.from(Array.from({ length: 1_000 }, (_, i) => i % 251)) });
});
