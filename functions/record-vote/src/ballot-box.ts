import { Batcher } from '@serverless-vote/runtime/batcher';
import { DatabaseUnavailable, Statement } from '@serverless-vote/runtime/postgres';
import type { Vote } from './contract.ts';

/** A vote and its place in the order of acceptance; if that is absent, the database's clock is used. */
export interface Ballot extends Vote {
  acceptedAt: bigint | undefined;
}

/** What became of a vote: when it was recorded (ISO 8601), or why it wasn't. */
export type Entry = { recorded_at: string; refusal: null } | { refusal: 'closed' | 'unknown option' };

/** What the handler needs of a database. */
export interface BallotBox {
  /** Commits the vote, if it counts. */
  record(ballot: Ballot): Promise<Entry>;
}

/** The ballot box in Postgres: votes that arrive while a statement runs share the next one. */
export class PostgresBallotBox implements BallotBox {
  readonly #statement = new Statement<Entry>(
    'record-votes',
    `select to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as recorded_at, refusal
     from record_votes($1, $2, $3, $4)`,
  );
  readonly #batcher = new Batcher<Ballot, Entry>({
    run: (ballots) =>
      this.#statement.run([
        ballots.map(({ voterId }) => voterId),
        ballots.map(({ choice }) => choice),
        ballots.map(({ acceptedAt }) => acceptedAt),
        ballots.map(({ poll }) => poll),
      ]),
    mayBeOnesFault: (reason) => !(reason instanceof DatabaseUnavailable),
  });

  record(ballot: Ballot): Promise<Entry> {
    return this.#batcher.add(ballot);
  }

  close(): Promise<void> {
    return this.#statement.close();
  }
}
