import http from 'node:http';
import { text } from 'node:stream/consumers';
import { type Ballot, choiceIn, voterOf } from './ballot.ts';
import { votePage } from './pages.ts';
import { Redis } from './redis.ts';

const LONGEST_FORM = 10_000;

let redis: Promise<Redis> | undefined;

/** One connection, made again for the first vote after it was lost. */
async function queue(): Promise<Redis> {
  const before = await redis?.catch(() => undefined);
  if (!before?.isConnected) redis = Redis.connect();
  return redis as Promise<Redis>;
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const voter = voterOf(request.headers.cookie);
  let choice: string | undefined;
  if (request.method === 'POST') {
    if (!(Number(request.headers['content-length']) <= LONGEST_FORM)) return void response.writeHead(413).end();
    choice = choiceIn(await text(request));
    if (choice === undefined) return void response.writeHead(400).end();
    const ballot: Ballot = { voter_id: voter, vote: choice };
    // From here on the voter is told that the vote was received. It is in Redis' memory, and nowhere else.
    await (await queue()).push('votes', JSON.stringify(ballot));
    console.log(`Received vote for ${choice}`);
  }
  response.setHeader('set-cookie', `voter_id=${voter}; Path=/; HttpOnly; SameSite=Lax`);
  response.setHeader('content-type', 'text/html; charset=utf-8').end(votePage(choice));
}

http
  .createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500).end('Internal Server Error');
    });
  })
  .listen(8080, () => console.log('Listening on 8080'));
