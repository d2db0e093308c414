import { isVotingPaused } from '../../launcher.ts';

// Answered for each request, never prerendered.
export const dynamic = 'force-dynamic';

/** Says whether votes can be recorded now, for vote pages that were opened while voting was paused. */
export async function GET(): Promise<Response> {
  return Response.json({ isPaused: await isVotingPaused() }, { headers: { 'cache-control': 'no-store' } });
}
