import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { forgetVotes } from '../src/forget-votes.ts';
import { ATTACKS, attack } from './attacks.ts';
import { DatabaseContainer } from './database-container.ts';

let database: DatabaseContainer;
let owner: Client;
let voter: Client;

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
  owner = await database.connect('postgres');
  voter = await database.connect('record-vote');
});
afterAll(() => database?.stop());
beforeEach(() => owner.query('truncate votes'));

type Ballot = [voterId: string, choice: string, acceptedAt: number | null];

/** Records ballots in one statement. @returns for each whether it was recorded */
async function record(ballots: Ballot[], client = voter): Promise<boolean[]> {
  const columns = [0, 1, 2].map((column) => ballots.map((ballot) => ballot[column]));
  const { rows } = await client.query('select recorded_at as at from record_votes($1, $2, $3)', columns);
  return rows.map(({ at }) => at !== null);
}

async function tally(): Promise<Record<string, number>> {
  const { rows } = await owner.query(
    'select option_id, sum(votes)::integer as votes from tally group by option_id having sum(votes) <> 0',
  );
  return Object.fromEntries(rows.map(({ option_id, votes }) => [option_id, votes]));
}

async function countedVotes(): Promise<Record<string, number>> {
  const { rows } = await owner.query('select option_id, count(*)::integer as votes from votes group by option_id');
  return Object.fromEntries(rows.map(({ option_id, votes }) => [option_id, votes]));
}

test('a vote counts once, and changing it moves it', async () => {
  const me = randomUUID();
  expect(await record([[me, 'cats', 1]])).toEqual([true]);
  expect(await tally()).toEqual({ cats: 1 });
  expect(await record([[me, 'dogs', 2]])).toEqual([true]);
  expect(await tally()).toEqual({ dogs: 1 });
});

test('the same vote again is answered and changes nothing', async () => {
  const vote: Ballot = [randomUUID(), 'cats', 1];
  expect(await record([vote])).toEqual([true]);
  expect(await record([vote, vote])).toEqual([true, true]);
  expect(await tally()).toEqual({ cats: 1 });
});

test('the vote that was accepted later wins, whatever order they are written in', async () => {
  const me = randomUUID();
  await record([[me, 'dogs', 2]]);
  expect(await record([[me, 'cats', 1]])).toEqual([true]);
  expect(await tally()).toEqual({ dogs: 1 });
});

test('of several votes of one voter in one batch the latest counts, and all are answered', async () => {
  const me = randomUUID();
  const votes: Ballot[] = [
    [me, 'cats', 2],
    [me, 'dogs', 3],
    [me, 'cats', 1],
  ];
  expect(await record(votes)).toEqual([true, true, true]);
  expect(await tally()).toEqual({ dogs: 1 });
});

test('an unknown option in a batch fails alone, and hides no vote of the same voter', async () => {
  const me = randomUUID();
  const votes: Ballot[] = [
    [randomUUID(), 'cats', 1],
    [me, 'dogs', 2],
    [me, 'dodos', 3],
    [randomUUID(), '', 4],
    [randomUUID(), 'cats', 5],
  ];
  expect(await record(votes)).toEqual([true, true, false, false, true]);
  expect(await tally()).toEqual({ cats: 2, dogs: 1 });
});

test('a closed option takes no votes', async () => {
  await owner.query("update options set open = false where id = 'cats'");
  expect(await record([[randomUUID(), 'cats', 1]])).toEqual([false]);
  await owner.query("update options set open = true where id = 'cats'");
  expect(await tally()).toEqual({});
});

test("without a place in the order, the database's clock decides", async () => {
  const me = randomUUID();
  await record([[me, 'cats', null]]);
  await record([[me, 'dogs', null]]);
  const { rows } = await owner.query(
    'select abs(accepted_at / 1e6 - extract(epoch from now())) < 60 as close from votes',
  );
  expect(rows).toEqual([{ close: true }]);
  expect(await tally()).toEqual({ dogs: 1 });
});

test('no votes at all lock nothing and write nothing', async () => {
  const { rows } = await voter.query(
    "select (select count(*) from record_votes('{}', '{}', '{}')) as answers, pg_current_xact_id_if_assigned() as id",
  );
  expect(rows).toEqual([{ answers: '0', id: null }]);
});

test('the tables themselves refuse what the function would', async () => {
  const insert = "insert into votes (poll_id, voter_id, option_id, accepted_at) values ('cats-or-dogs', $1, $2, $3)";
  await expect(owner.query(insert, [randomUUID(), 'dodos', 1])).rejects.toThrow('foreign key');
  await expect(owner.query(insert, [randomUUID(), 'cats', 0])).rejects.toThrow('check constraint');
});

test('the tally follows the votes, whoever changes them', async () => {
  await owner.query(
    `insert into votes (poll_id, voter_id, option_id, accepted_at)
     select 'cats-or-dogs', gen_random_uuid(), case when n % 3 = 0 then 'cats' else 'dogs' end, n from generate_series(1, 3000) as n`,
  );
  expect(await tally()).toEqual({ cats: 1000, dogs: 2000 });
  await owner.query("update votes set option_id = 'cats' where accepted_at <= 30");
  expect(await tally()).toEqual({ cats: 1020, dogs: 1980 });
  await owner.query('delete from votes where accepted_at <= 1500');
  expect(await tally()).toEqual(await countedVotes());
  await owner.query('truncate votes');
  expect(await tally()).toEqual({});
});

test('a writer waits for no other: neither for its commit, nor for ever', async () => {
  const slow = await database.connect('record-vote');
  await slow.query('begin');
  await record([[randomUUID(), 'cats', 1]], slow);
  // If it waited, it would wait for ever.
  expect(await record([[randomUUID(), 'cats', 2]])).toEqual([true]);
  await slow.query('commit');
  expect(await tally()).toEqual({ cats: 2 });
});

test('many writers, the same voters, random batches: the latest votes stand, and the tally is their count', async () => {
  const voters = Array.from({ length: 40 }, () => randomUUID());
  const latest = new Map<string, string>();
  let clock = 0;
  const pick = <Item>(items: Item[]) => items[Math.floor(Math.random() * items.length)] as Item;
  const batches = Array.from({ length: 400 }, () =>
    Array.from({ length: 1 + Math.floor(Math.random() * 30) }, (): Ballot => {
      const [voterId, choice] = [pick(voters), pick(['cats', 'dogs'])];
      latest.set(voterId, choice);
      return [voterId, choice, ++clock];
    }),
  );
  const batchesLeft = batches.sort(() => Math.random() - 0.5);
  const writers = await Promise.all(Array.from({ length: 6 }, () => database.connect('record-vote')));
  await Promise.all(
    writers.map(async (writer) => {
      for (let batch = batchesLeft.pop(); batch; batch = batchesLeft.pop()) await record(batch, writer);
    }),
  );
  const { rows } = await owner.query('select voter_id, option_id from votes');
  expect(new Map(rows.map(({ voter_id, option_id }) => [voter_id, option_id]))).toEqual(latest);
  expect(await tally()).toEqual(await countedVotes());
});

const HOUR = 3_600_000;
const clock = (aheadMs = 0) => (Date.now() + aheadMs) * 1_000;

test('the clock of the launcher goes on from the highest vote, also from one that is gone', async () => {
  const inAnHour = clock(HOUR);
  await record([[randomUUID(), 'cats', inAnHour]]);
  await owner.query('truncate votes');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: BigInt(inAnHour) });
});

describe('no place in the order of acceptance is later than tomorrow', () => {
  /** The voter that the attack votes for, again, an hour later than now. */
  const voteAgain = async () => {
    const { rows } = await owner.query('select voter_id from votes');
    await record([[rows[0].voter_id, 'dogs', clock(HOUR)]]);
  };
  const tomorrow = () => BigInt(clock(24 * HOUR));

  test('whoever records it', async () => {
    expect(await attack(async () => voter, ATTACKS['order of acceptance at the end of time'])).toEqual([undefined]);
    const { highestAcceptedAt } = await database.prepare();
    expect(highestAcceptedAt).toBeLessThanOrEqual(tomorrow());
  });

  test('one that an older version has let in is mended at the start: the next vote of the same voter stands', async () => {
    const end = 2n ** 63n - 1n;
    await owner.query(
      "insert into votes (poll_id, voter_id, option_id, accepted_at) values ('cats-or-dogs', $1, 'cats', $2)",
      [randomUUID(), end],
    );
    await voteAgain();
    expect(await tally()).toEqual({ cats: 1 });
    expect((await database.prepare()).highestAcceptedAt).toBeLessThanOrEqual(tomorrow());
    await voteAgain();
    expect(await tally()).toEqual({ dogs: 1 });
  });
});

test('forgetting the votes leaves none, the poll says since when there are votes, and every new vote is younger', async () => {
  await record([[randomUUID(), 'cats', 1]]);
  await forgetVotes({ host: database.hostFor('postgres'), connectTimeoutMs: 110_000 });
  expect(await tally()).toEqual(await countedVotes());
  const { rows: polls } = await owner.query('select votes_since from polls');
  const votesSince: Date = polls[0].votes_since;
  expect(Date.now() - votesSince.getTime()).toBeLessThan(60_000);
  await record([[randomUUID(), 'cats', 2]]);
  const { rows } = await owner.query('select min(recorded_at) as first, count(*)::integer as votes from votes');
  expect(rows[0].votes).toBe(1);
  expect(rows[0].first.getTime()).toBeGreaterThanOrEqual(votesSince.getTime());
});

test('forgetting the votes, while somebody keeps a transaction open, keeps no voter waiting, and is done when that ends', async () => {
  const holder = await database.connect('record-vote');
  for (const statement of ATTACKS['open transaction'].accomplice) await holder.query(statement);
  let isDone = false;
  const forgotten = forgetVotes({ host: database.hostFor('postgres'), connectTimeoutMs: 110_000 }).finally(() => {
    isDone = true;
  });
  const asked = () =>
    owner.query(
      "select from pg_stat_activity where query ~ '^(lock table|truncate|rollback)' and pid <> pg_backend_pid()",
    );
  await expect.poll(async () => (await asked()).rowCount, { interval: 10 }).toBe(1);
  for (let votes = 0; votes < 5; votes++) expect(await record([[randomUUID(), 'dogs', clock()]])).toEqual([true]);
  expect(isDone).toBe(false);
  await holder.query('commit');
  await forgotten;
  expect(await tally()).toEqual({});
});
