import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ownerSession } from './sql.ts';
import { crash, healthy, vote } from './stack.ts';

const isRecorded = ({ status, headers }: Awaited<ReturnType<typeof vote>>) =>
  status === 200 && headers['x-amz-function-error'] === undefined;

test('a vote with an impossible place in the order of acceptance, recorded by an older version, does not end voting: the next launcher corrects it', async () => {
  const voterId = randomUUID();
  expect(isRecorded(await vote('cats', voterId))).toBe(true);
  const { client, end } = await ownerSession();
  try {
    await client.query('update votes set accepted_at = 9223372036854775807 where voter_id = $1', [voterId]);
    await client.query('update tally set accepted_at = 9223372036854775807');
    await crash('launcher');
    await healthy();
    expect(isRecorded(await vote('cats'))).toBe(true);
    expect(isRecorded(await vote('dogs', voterId))).toBe(true);
    const { rows } = await client.query('select option_id from votes where voter_id = $1', [voterId]);
    expect(rows).toEqual([{ option_id: 'dogs' }]);
  } finally {
    await end();
  }
});
