import type { IncomingMessage, ServerResponse } from 'node:http';
import { isVotingPaused } from './launcher.ts';

/**
 * `GET /voting` says whether votes can be recorded now. Vote pages ask while voting is paused, and before a tap, so that the containers
 * run by then; it is answered before Next for the same reason as votes. Returns whether the request is its own.
 */
export function votingRoute({ url, method }: IncomingMessage, response: ServerResponse): boolean {
  if (url?.split('?', 1)[0] !== '/voting' || method === 'POST') return false;
  void isVotingPaused().then((isPaused) =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify({ isPaused })),
  );
  return true;
}
