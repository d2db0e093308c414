import { Batcher } from '@serverless-vote/runtime/batcher';
import { DatabaseUnavailable, Statement } from '@serverless-vote/runtime/postgres';
import type { Vote } from './contract.ts';

/** A vote and its place in the order of acceptance; if that is absent, the database's clock is used. */
export interface Ballot extends Vote {
  acceptedAt: bigint | undefined;
}

/** What the handler needs of a database. */
export interface BallotBox {
  /** Commits the vote. @returns when (ISO 8601), or `undefined` if the poll has no such option */
  record(ballot: Ballot): Promise<string | undefined>;
}

/** The ballot box in Postgres: votes that arrive while a statement runs share the next one. */
export class PostgresBallotBox implements BallotBox {
  readonly #statement = new Statement<{ recorded_at: string | null }>(
    'record-votes',
    `select to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as recorded_at
     from record_votes($1, $2, $3) as recorded_at`,
  );
  readonly #batcher = new Batcher<Ballot, string | undefined>({
    run: (ballots) => this.#recordAll(ballots),
    mayBeOnesFault: (reason) => !(reason instanceof DatabaseUnavailable),
  });

  record(ballot: Ballot): Promise<string | undefined> {
    return this.#batcher.add(ballot);
  }

  close(): Promise<void> {
    return this.#statement.close();
  }

  async #recordAll(ballots: Ballot[]): Promise<(string | undefined)[]> {
    const rows = await this.#statement.run([
      ballots.map(({ voterId }) => voterId),
      ballots.map(({ choice }) => choice),
      ballots.map(({ acceptedAt }) => acceptedAt),
    ]);
    return rows.map(({ recorded_at }) => recorded_at ?? undefined);
  }
}
