import { expect, test } from 'vitest';
import { whyBlocked } from './blocked.ts';

test('a function is blocked when containers that should be gone take all its places', () => {
  const pools = (ids: string[]) =>
    [{ name: 'vote', fleet: ids.map((id) => ({ id })), entry: { concurrency: 2 } }] as unknown as Parameters<
      typeof whyBlocked
    >[0];
  const overdue = new Set(['a', 'b', 'of another']);
  expect(whyBlocked(pools(['a', 'c']), 'vote', overdue)).toBeUndefined();
  expect(whyBlocked(pools(['a', 'b']), 'vote', overdue)).toMatch(/does not remove containers of vote/);
});
