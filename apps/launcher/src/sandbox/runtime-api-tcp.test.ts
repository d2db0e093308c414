import { describe } from 'vitest';
import { test } from '../../test/pool.ts';

/** A client as AWS' tutorial writes it: it knows no end of the events. */
const CLIENT = `api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while :; do
  id=$(curl -sS -i "$api/next" | tr -d '\\r' | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //pi')
  curl -sS "$api/$id/response" -d '"done"' >/dev/null
done`;

const protocol = 'runtime-api-tcp' as const;
const client = { command: ['sh', '-c', CLIENT] };
const reuse = { kind: 'reuse', inFlight: 1, events: 100 } as const;

describe.concurrent('a client of Lambda’s own kind', () => {
  test('finds the Runtime API at host:port, and is prewarmed', async ({ expect, testPool }) => {
    const { pool, conditions, submit } = testPool({ protocol, warmPool: 1 }, client);
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const { startKind, outcome } = await submit().answer;
    expect({ startKind, outcome: String(outcome.payload) }).toEqual({ startKind: 'prewarmed', outcome: '"done"' });
  });

  test('is killed when it asks for more events than it may have, and its end says nothing about the function', async ({
    expect,
    testPool,
  }) => {
    const { pool, seen, submit } = testPool({ protocol }, client);
    await submit().answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 1, exit: { exitCode: 137 } }]);
    expect(pool.health.isFine).toBe(true);
  });

  test('serves several events, and is killed when it has been idle for long enough', async ({ expect, testPool }) => {
    const { pool, clock, conditions, seen, submit, engine } = testPool(
      { protocol, serving: reuse, concurrency: 1, warmPool: 1 },
      client,
    );
    await Promise.all([submit().answer, submit().answer, submit().answer]);
    expect(engine.starts).toBe(1);
    await expect.poll(conditions).toEqual(['idle']);
    clock.pass(60_000);
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 3, exit: { exitCode: 137 } }]);
    expect(pool.health.isFine).toBe(true);
  });
});
