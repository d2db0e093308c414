import type { Metadata } from 'next';
import { cookies, headers } from 'next/headers';
import { env } from '../../env.ts';
import { JoinCode } from '../../present/join-code.tsx';
import { PresentStage } from '../../present/present-stage.tsx';
import { isPresenter, presenterCookie } from '../../presenter/presenter.ts';
import { publicAddress } from '../../public-address.ts';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = {
  title: 'Present',
  description: 'The presenter’s page: questions, opened and closed.',
};

/** The presenter's page. Without the key it has nothing but the way to get it. */
export default async function PresentPage({ searchParams }: PageProps) {
  const [jar, told, { presenter: known }] = await Promise.all([cookies(), headers(), searchParams]);
  const isKnown = isPresenter(jar.get(presenterCookie())?.value);
  const address = publicAddress(env().PUBLIC_URL, told.get('x-forwarded-host'));
  return (
    <>
      <Masthead current="/present" presenter />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-5 compact:pb-2 sm:px-10">
        {isKnown ? (
          <>
            <noscript>
              <p className="pb-6 text-lg">This page takes JavaScript. So do its keys.</p>
            </noscript>
            <PresentStage code={<JoinCode address={address} />} />
          </>
        ) : (
          <NoKey isWrong={known === 'unknown'} />
        )}
      </main>
    </>
  );
}

function NoKey({ isWrong }: { isWrong: boolean }) {
  return (
    <>
      <h1 className="py-4 font-semibold text-question-medium tracking-tight">For the presenter</h1>
      {isWrong && <p className="pb-4 text-lg text-permanent">This key is not the presenter’s.</p>}
      <p className="max-w-2xl text-lg">
        Questions are written, opened and closed on this page, with the presenter’s key. The link that{' '}
        <code>make run</code> prints on the machine that runs this has it: open that link in this browser once.
      </p>
    </>
  );
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
