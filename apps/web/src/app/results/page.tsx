import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { env } from '../../env.ts';
import { publicAddress } from '../../public-address.ts';
import { ResultsStage } from '../../results/results-stage.tsx';
import { RoomCode } from '../../results/room-code.tsx';
import { Masthead } from '../masthead.tsx';

export const metadata: Metadata = { title: 'Results', description: 'The results of the vote, as they come in.' };

/** The shell. Its numbers come from the launcher's stream, so it keeps working after this server has stopped. */
export default async function ResultsPage() {
  const host = (await headers()).get('x-forwarded-host');
  const { POLL: poll, PUBLIC_URL: told } = env();
  return (
    <>
      <Masthead current="/results" />
      <main className="mx-auto flex w-full max-w-[110rem] grow flex-col px-5 pb-5 sm:px-10">
        <ResultsStage poll={poll} servedAt={Date.now()} code={<RoomCode address={publicAddress(told, host)} />} />
      </main>
    </>
  );
}
