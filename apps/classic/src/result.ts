import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Scores, scoresOf } from './ballot.ts';
import { connect } from './database.ts';
import { resultPage } from './pages.ts';

const EVERY_MS = 1_000;
const COUNT = 'select vote, count(id)::int as count from votes group by vote';

const viewers = new Set<http.ServerResponse>();
let scores: Scores = scoresOf([]);
const message = () => `data: ${JSON.stringify(scores)}\n\n`;

http
  .createServer(({ url }, response) => {
    if (url === '/streams/results') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write(message());
      viewers.add(response);
      response.on('close', () => viewers.delete(response));
    } else {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(resultPage(scores));
    }
  })
  .listen(8080, () => console.log('Listening on 8080'));

/** Counts all votes once a second, whether or not somebody has voted or is looking. */
async function follow(): Promise<never> {
  const database = await connect();
  console.log('Connected to db');
  for (;;) {
    try {
      scores = scoresOf((await database.query(COUNT)).rows);
      for (const viewer of viewers) viewer.write(message());
    } catch (error) {
      console.error('Error performing query:', error);
    }
    await pause(EVERY_MS);
  }
}

void follow();
