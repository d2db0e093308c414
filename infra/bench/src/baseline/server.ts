import http from 'node:http';
import { text } from 'node:stream/consumers';
import { type BallotBox, PostgresBallotBox } from '@serverless-vote/record-vote/ballot-box';
import { recordVote } from '@serverless-vote/record-vote/handler';
import { PoolBallotBox } from './pool-ballot-box.ts';

/*
 * The baseline: record-vote's own handler in a permanent HTTP server, without a launcher, a queue or containers. Runs in a container
 * of its own. `/pool` has a connection pool, like most servers; `/batched` accesses the database like the function, which combines votes
 * that arrive meanwhile into one statement.
 */
const PORT = 8000;
const ballotBoxes: Record<string, BallotBox> = { '/pool': new PoolBallotBox(), '/batched': new PostgresBallotBox() };

http
  .createServer({ keepAliveTimeout: 15_000 }, async (request, response) => {
    const ballotBox = ballotBoxes[request.url ?? ''];
    if (!ballotBox) return void response.writeHead(request.url === '/healthz' ? 200 : 404).end();
    try {
      const receipt = await recordVote(JSON.parse(await text(request)), { acceptedAt: undefined }, ballotBox);
      const body = JSON.stringify(receipt);
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      response.writeHead(200, headers).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  })
  .listen(PORT);
process.once('SIGTERM', () => process.exit(0));
