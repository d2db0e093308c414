import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { Ballot } from '../ballot/ballot.tsx';
import { isProblem } from '../ballot/problem.ts';
import { env } from '../env.ts';
import { isVotingPaused } from '../launcher.ts';
import { receiptCookie, receiptFrom, voterCookie, voterFrom } from '../voter.ts';
import { Masthead } from './masthead.tsx';

export const metadata: Metadata = { title: 'Vote' };

export default async function VotePage({ searchParams }: PageProps) {
  const [jar, { problem }, isPaused] = await Promise.all([cookies(), searchParams, isVotingPaused()]);
  const { POLL: poll } = env();
  const voter = voterFrom(jar.get(voterCookie())?.value);
  const receipt = receiptFrom(jar.get(receiptCookie())?.value, voter);
  return (
    <>
      <Masthead current="/" />
      <main className="mx-auto flex w-full max-w-7xl grow flex-col px-5 pb-6 sm:px-10 sm:pb-10">
        <h1 className="text-balance py-4 font-semibold text-question leading-[1.05] tracking-tight sm:py-8">
          {poll.question}
        </h1>
        <Ballot
          options={poll.options}
          receipt={receipt}
          problem={isProblem(problem) ? problem : undefined}
          isPaused={isPaused}
        />
      </main>
      <footer className="mx-auto w-full max-w-7xl px-5 pb-6 text-muted text-sm sm:px-10">
        This page came from a container that started because somebody asked. It leaves when nobody does.
      </footer>
    </>
  );
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
