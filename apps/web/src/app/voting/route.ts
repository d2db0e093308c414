import { isVotingPaused } from '../../launcher.ts';

// An answer of this moment, never one of the build's.
export const dynamic = 'force-dynamic';

/** Says whether votes can be recorded now: for vote pages that were opened while they couldn't. */
export async function GET(): Promise<Response> {
  return Response.json({ isPaused: await isVotingPaused() }, { headers: { 'cache-control': 'no-store' } });
}
