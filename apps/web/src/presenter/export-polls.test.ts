import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { expect, test } from 'vitest';
import { asCsv, asJson } from './export-polls.ts';

const polls: ListedPoll[] = [
  {
    ...{ id: 'cats-or-dogs', question: 'Cats, or dogs?', status: 'closed', hidden: false, total: 3 },
    ...{
      openedAt: '2026-01-02T03:04:05.000Z',
      closedAt: '2026-01-02T03:05:05.000Z',
      closesAt: null,
      votesSince: '2026-01-02T03:04:05.000Z',
    },
    options: [
      { id: 'cats', label: 'Cats', votes: 2 },
      { id: 'dogs', label: '=Dogs', votes: 1 },
    ],
  },
  {
    ...{ id: 'secret', question: 'Secret?', status: 'open', hidden: true, total: 7 },
    ...{ openedAt: '2026-01-02T03:06:05.000Z', closedAt: null, closesAt: null, votesSince: '2026-01-02T03:06:05.000Z' },
    options: [{ id: 'a', label: 'A', votes: null }],
  },
];

test('all polls as CSV: a line for each option, no formula, and nothing where numbers are hidden', () => {
  expect(asCsv(polls).split('\r\n')).toEqual([
    'poll,question,status,opened,closed,id,label,votes,percent',
    'cats-or-dogs,"Cats, or dogs?",closed,2026-01-02T03:04:05.000Z,2026-01-02T03:05:05.000Z,cats,Cats,2,67',
    `cats-or-dogs,"Cats, or dogs?",closed,2026-01-02T03:04:05.000Z,2026-01-02T03:05:05.000Z,dogs,"'=Dogs",1,33`,
    'secret,Secret?,open,2026-01-02T03:06:05.000Z,,a,A,,',
    '',
  ]);
});

test('all polls as JSON are what the function answers', () => {
  expect(JSON.parse(asJson(polls))).toEqual({ polls });
});
