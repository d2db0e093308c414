import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Ballot } from './ballot.ts';
import { connect } from './database.ts';
import { Redis } from './redis.ts';

const PAUSE_MS = 100;
const RETRY_MS = 1_000;
const CREATE_TABLE = 'create table if not exists votes (id varchar(255) not null unique, vote varchar(255) not null)';

async function connectToRedis(): Promise<Redis> {
  for (;;) {
    try {
      return await Redis.connect();
    } catch {
      console.error('Waiting for redis');
      await pause(RETRY_MS);
    }
  }
}

/** A voter's first vote is inserted, and a later one replaces it. An error of the second statement ends the worker. */
async function update(database: pg.Client, { voter_id, vote }: Ballot): Promise<void> {
  try {
    await database.query('insert into votes (id, vote) values ($1, $2)', [voter_id, vote]);
  } catch {
    await database.query('update votes set vote = $2 where id = $1', [voter_id, vote]);
  }
}

async function work(): Promise<never> {
  const database = await connect();
  await database.query(CREATE_TABLE);
  let redis = await connectToRedis();
  console.log('Connected to db and redis');
  for (;;) {
    await pause(PAUSE_MS);
    if (!redis.isConnected) redis = await connectToRedis();
    const json = await redis.pop('votes');
    // From here until it is committed, the vote is in this process' memory, and nowhere else.
    if (json === null) {
      await database.query('select 1');
    } else {
      const ballot = JSON.parse(json) as Ballot;
      console.log(`Processing vote for '${ballot.vote}' by '${ballot.voter_id}'`);
      await update(database, ballot);
    }
  }
}

work().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
