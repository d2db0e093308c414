import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { isProblem } from '../ballot/problem.ts';
import { VoteStage } from '../ballot/vote-stage.tsx';
import { isVotingPaused } from '../launcher.ts';
import { pollNow } from '../poll-now.ts';
import { receiptCookie, receiptFrom, voterCookie, voterFrom } from '../voter.ts';
import { Masthead } from './masthead.tsx';

export const metadata: Metadata = { title: 'Vote' };

export default async function VotePage({ searchParams }: PageProps) {
  const { problem } = await searchParams;
  const [jar, tally, isPaused] = await Promise.all([cookies(), pollNow(problem === 'closed'), isVotingPaused()]);
  const voter = voterFrom(jar.get(voterCookie())?.value);
  return (
    <>
      <Masthead current="/" />
      <main className="mx-auto flex w-full max-w-7xl grow flex-col px-5 pb-6 sm:px-10 sm:pb-10">
        <VoteStage
          tally={tally}
          receipt={receiptFrom(jar.get(receiptCookie())?.value, voter)}
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

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
