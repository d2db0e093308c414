import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { env } from '../../env.ts';
import { pollNow } from '../../poll-now.ts';
import { publicAddress } from '../../public-address.ts';
import { ResultsStage } from '../../results/results-stage.tsx';
import { RoomCode } from '../../results/room-code.tsx';
import { WithoutScript } from '../../results/without-script.tsx';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = { title: 'Results', description: 'The results of the vote, as they come in.' };

/** The shell. Its numbers come from the launcher's stream, so it keeps working after this server has stopped. */
export default async function ResultsPage({ searchParams }: PageProps) {
  const [told, { numbers }, tally] = await Promise.all([headers(), searchParams, pollNow()]);
  const host = told.get('x-forwarded-host');
  return (
    <>
      <Masthead current="/results" />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-5 sm:px-10">
        <ResultsStage
          tally={tally}
          code={<RoomCode address={publicAddress(env().PUBLIC_URL, host)} />}
          withoutScript={<WithoutScript tally={tally} hasNumbers={numbers !== undefined} />}
        />
      </main>
    </>
  );
}

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };
