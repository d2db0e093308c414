import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { env } from '../../env.ts';
import { LiveTitle } from '../../live/live-title.tsx';
import { Stage } from '../../live/stage.tsx';
import { isPresenter, presenterCookie } from '../../presenter/presenter.ts';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = {
  title: 'Live',
  description: 'The containers of this application as they start, run and exit.',
};

/** The shell. Its content comes from the launcher's stream, so it keeps working after this server has stopped. */
export default async function LivePage({ searchParams }: PageProps) {
  const [jar, { presenter: known }] = await Promise.all([cookies(), searchParams]);
  const presenter = isPresenter(jar.get(presenterCookie())?.value);
  const { LIVE: live, PARTS: parts } = env();
  return (
    <>
      <Masthead current="/live" presenter={presenter} />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-5 compact:pb-2 sm:px-10">
        {known === 'unknown' && !presenter && (
          <p className="pb-4 text-permanent">
            This key is not the presenter’s. The link that “make run” prints has it.
          </p>
        )}
        {live ? (
          <>
            <noscript>
              <p className="pb-6 text-lg">This picture moves with the containers, which takes JavaScript.</p>
            </noscript>
            <Stage parts={parts} presenter={presenter} />
          </>
        ) : (
          <>
            <LiveTitle />
            <p className="max-w-2xl py-6 text-lg">
              What happens inside is not shown here: the live picture is switched off (<code>LIVE=0</code>). Voting and
              results work as always.
            </p>
          </>
        )}
      </main>
    </>
  );
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
