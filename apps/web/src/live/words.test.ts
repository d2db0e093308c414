import type { ContainerView } from '@serverless-vote/contracts/activity';
import { describe, expect, it } from 'vitest';
import { doing, memoryDetail, mib, percent, summary } from './words.ts';

const view: ContainerView = { id: 'a', name: 'record-vote', state: 'waiting', inFlight: 0, served: 0, createdAt: 0 };

describe('what a container does', () => {
  it.each([
    [{ state: 'starting' }, 'starting'],
    [{ state: 'waiting' }, 'waiting'],
    [{ state: 'waiting', served: 3 }, 'idle'],
    [{ state: 'waiting', name: 'web' }, 'ready'],
    [{ state: 'running', inFlight: 1 }, 'running'],
    [{ state: 'running', inFlight: 12 }, 'running 12'],
    [{ state: 'leaving', runMs: 5.04 }, 'ran 5 ms'],
    [{ state: 'gone', ending: 0 }, 'exit 0'],
    [{ state: 'gone', ending: 137 }, 'killed'],
    [{ state: 'gone', ending: 'lost' }, 'removed'],
  ] as [Partial<ContainerView>, string][])('%j is told as "%s"', (more, words) => {
    expect(doing({ ...view, ...more })).toBe(words);
  });
});

describe('percentages', () => {
  it('are 100 only if nothing is missing', () => {
    expect([percent(0, 0), percent(5, 5), percent(99_999, 100_000), percent(1, 3)]).toEqual([
      ...['–', '100 %', '99.9 %', '33.3 %'],
    ]);
  });
});

describe('memory', () => {
  const memory = { launcher: 30 * 1024 ** 2, database: 40.4 * 1024 ** 2 };
  it('is told by owner, in MiB, and is not called memory when idle before it was seen when idle', () => {
    expect(mib(memory.launcher + memory.database)).toBe('70 MiB');
    expect(memoryDetail({ ...memory, idle: true })).toBe('launcher 30, Postgres 40');
    expect(memoryDetail({ ...memory, idle: false })).toBe('launcher 30, Postgres 40; not idle yet');
  });
});

describe('the summary', () => {
  const counters = { invocations: 1200, succeeded: 1200 };
  it('says in a sentence what there is to see', () => {
    const living = [
      { name: 'web', count: 1 },
      { name: 'record-vote', count: 0 },
    ];
    expect(summary(living, counters)).toBe('On-demand containers: 1 of web. 1,200 invocations so far, all successful.');
  });
  it('says that nothing runs, and what failed', () => {
    expect(summary([], { ...counters, succeeded: 1190 })).toBe(
      'No on-demand container runs. 1,200 invocations so far, 1,190 successful.',
    );
  });
});
