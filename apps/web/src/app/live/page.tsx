import type { Metadata } from 'next';
import { connection } from 'next/server';
import { env } from '../../env.ts';
import { Stage } from '../../live/stage.tsx';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = {
  title: 'Live',
  description: 'The containers of this application, as they start, work and leave.',
};

/** The shell. What moves in it comes from the launcher's stream, so it goes on when this server has left. */
export default async function LivePage() {
  await connection();
  const { LIVE: live, PARTS: parts } = env();
  return (
    <>
      <Masthead current="/live" />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-8 sm:px-10 sm:pb-10">
        <h1 className="text-balance py-3 font-semibold text-[clamp(1.75rem,1.2rem+2vw,3rem)] leading-tight tracking-tight">
          Red stays. Green comes with the work, and leaves with it.
        </h1>
        {live ? (
          <>
            <noscript>
              <p className="pb-6 text-lg">This picture moves with the containers, which takes JavaScript.</p>
            </noscript>
            <Stage parts={parts} />
          </>
        ) : (
          <p className="max-w-2xl py-6 text-lg">
            What happens inside is not shown here: the live picture is switched off (<code>LIVE=0</code>). Voting and
            results work as always.
          </p>
        )}
      </main>
    </>
  );
}
