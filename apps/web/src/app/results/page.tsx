import type { Metadata } from 'next';
import { connection } from 'next/server';
import { env } from '../../env.ts';
import { Board } from '../../results/board.tsx';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = { title: 'Results' };

/** The shell. Its numbers come from the launcher's stream, so the page stays alive when this server has long left. */
export default async function ResultsPage() {
  await connection();
  const { POLL: poll } = env();
  return (
    <>
      <Masthead current="/results" />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-8 sm:px-10 sm:pb-10">
        <h1 className="text-balance py-4 font-semibold text-question leading-[1.05] tracking-tight sm:py-6">
          {poll.question}
        </h1>
        <noscript>
          <p className="pb-6 text-lg">
            These numbers change as votes come in, which takes JavaScript. Voting works without.
          </p>
        </noscript>
        <Board options={poll.options} servedAt={Date.now()} />
      </main>
    </>
  );
}
