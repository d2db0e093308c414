import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { csvOf } from '../csv.ts';
import { percentages } from '../results/tally.ts';
import { listPolls } from './list-polls.ts';

/** Responds with all polls that were opened as a file, in the format that `write` produces. */
export async function exported(
  extension: string,
  type: string,
  write: (polls: readonly ListedPoll[]) => string,
): Promise<Response> {
  const { polls, serverTime } = await listPolls();
  return new Response(write(polls.filter(({ status }) => status !== 'draft')), {
    headers: {
      'cache-control': 'no-store',
      'content-type': type,
      'content-disposition': `attachment; filename="polls-${serverTime.slice(0, 10)}.${extension}"`,
    },
  });
}

export const asJson = (polls: readonly ListedPoll[]): string => `${JSON.stringify({ polls }, undefined, 2)}\n`;

const HEADER = ['poll', 'question', 'status', 'opened', 'closed', 'id', 'label', 'votes', 'percent'];

/** Comma-separated values: one line per option of each poll. Hidden numbers are empty. */
export const asCsv = (polls: readonly ListedPoll[]): string => csvOf([HEADER, ...polls.flatMap(linesOf)]);

function linesOf({ id, question, status, openedAt, closedAt, options, hidden }: ListedPoll): (string | number)[][] {
  const percent = percentages(options.map(({ votes }) => votes ?? 0));
  return options.map((option, index) => [
    ...[id, question, status, openedAt ?? '', closedAt ?? '', option.id, option.label],
    ...[option.votes ?? '', hidden ? '' : (percent[index] ?? 0)],
  ]);
}
