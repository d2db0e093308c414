import { expect, test } from 'vitest';
import type { Answer } from '../http-endpoint.ts';
import type { VotingStack } from '../voting-stack.ts';
import { rooms } from './rooms.ts';
import { type Platform, swarmTable } from './table.ts';

const ok: Answer = { status: 200, headers: {}, body: '', headMs: 1, totalMs: 1 };
const stack = (answer = ok) => {
  const send = async () => answer;
  return { gateway: { send, post: send }, invoke: send } as unknown as VotingStack;
};
const quietly = { progress: () => undefined, signal: new AbortController().signal };

test('votes at the rate of a room are measured on both platforms, through both endpoints, and compared', async () => {
  const platforms: [Platform, VotingStack][] = [
    ['one machine', stack()],
    ['three nodes', stack()],
  ];
  const failures: string[] = [];
  const plan = { rates: [200], durationMs: 100 };
  const series = await rooms(platforms, plan, { ...quietly, failed: (...why) => failures.push(why.join(': ')) });
  expect(failures).toEqual([]);
  const rows = swarmTable(series, {}, plan.rates).filter(({ row }) => row.startsWith('200 votes a second'));
  expect(rows.map(({ row }) => row)).toEqual([
    '200 votes a second, Invoke API, one machine',
    '200 votes a second, Invoke API, three nodes',
    '200 votes a second, vote page, one machine',
    '200 votes a second, vote page, three nodes',
  ]);
  expect(rows[1]?.compared).toContain('× one machine’s p95');
});

test('a platform that does not answer costs only its own rows', async () => {
  const platforms: [Platform, VotingStack][] = [
    ['one machine', stack()],
    ['three nodes', stack({ ...ok, status: 503 })],
  ];
  const failures: string[] = [];
  const plan = { rates: [200], durationMs: 100 };
  const series = await rooms(platforms, plan, { ...quietly, failed: (row) => failures.push(row) });
  expect(failures).toEqual([
    'three nodes: 200 votes a second, Invoke API',
    'three nodes: 200 votes a second, vote page',
  ]);
  expect(Object.keys(series)).toHaveLength(2);
});
