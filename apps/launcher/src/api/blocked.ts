import type { FunctionPool } from '../invoke/function-pool.ts';

/** Why a function runs nothing: all its places are taken by containers that should be gone. Undefined if it isn't so. */
export function whyBlocked(
  pools: readonly Pick<FunctionPool, 'name' | 'fleet' | 'entry'>[],
  name: string,
  overdue: ReadonlySet<string>,
): string | undefined {
  const pool = pools.find((candidate) => candidate.name === name);
  if (!pool || [...pool.fleet].filter(({ id }) => overdue.has(id)).length < pool.entry.concurrency) return undefined;
  return `the Docker Engine does not remove containers of ${name}, and they take all its places`;
}
