import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import { Ballot } from '../ballot/ballot.tsx';
import { isProblem } from '../ballot/problem.ts';
import { env } from '../env.ts';
import { isVotingPaused } from '../launcher.ts';
import type { Poll } from '../poll.ts';
import type { Receipt } from '../receipt.ts';
import { receiptCookie, receiptFrom, voterCookie, voterFrom } from '../voter.ts';
import { Masthead } from './masthead.tsx';
import { Question } from './question.tsx';

export const metadata: Metadata = { title: 'Vote' };

export default async function VotePage({ searchParams }: PageProps) {
  const [jar, told, { problem }, isPaused] = await Promise.all([cookies(), headers(), searchParams, isVotingPaused()]);
  const { POLL: poll } = env();
  const voter = voterFrom(jar.get(voterCookie())?.value);
  const votesSince = told.get('serverless-vote-votes-since');
  const receipt = receiptFrom(jar.get(receiptCookie())?.value, voter, votesSince);
  return (
    <>
      <Masthead current="/" />
      <main className="mx-auto flex w-full max-w-7xl grow flex-col px-5 pb-6 sm:px-10 sm:pb-10">
        <Question className="py-4 sm:py-8">{poll.question}</Question>
        <Ballot
          options={poll.options}
          receipt={isAnswer(receipt, poll) ? receipt : undefined}
          problem={isProblem(problem) ? problem : undefined}
          isPaused={isPaused}
        />
      </main>
      <footer className="mx-auto w-full max-w-7xl px-5 pb-6 text-muted text-sm sm:px-10">
        This page came from a container that started because somebody opened it. It stops when nobody does.
      </footer>
    </>
  );
}

/** A receipt may be from an earlier poll, or for an option that has been removed. */
const isAnswer = (receipt: Receipt | undefined, { options }: Poll) => options.some(({ id }) => id === receipt?.choice);

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
