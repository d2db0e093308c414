import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { env } from '../../env.ts';
import { publicAddress } from '../../public-address.ts';
import { ResultsStage } from '../../results/results-stage.tsx';
import { RoomCode } from '../../results/room-code.tsx';
import { WithoutScript } from '../../results/without-script.tsx';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = { title: 'Results', description: 'The results of the vote, as they come in.' };

/** The shell. Its numbers come from the launcher's stream, so it keeps working after this server has stopped. */
export default async function ResultsPage({ searchParams }: PageProps) {
  const [told, { numbers }] = await Promise.all([headers(), searchParams]);
  const host = told.get('x-forwarded-host');
  const { POLL: poll, PUBLIC_URL: publicUrl } = env();
  return (
    <>
      <Masthead current="/results" />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-5 sm:px-10">
        <ResultsStage
          poll={poll}
          servedAt={Date.now()}
          code={<RoomCode address={publicAddress(publicUrl, host)} />}
          withoutScript={<WithoutScript hasNumbers={numbers !== undefined} />}
        />
      </main>
    </>
  );
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
