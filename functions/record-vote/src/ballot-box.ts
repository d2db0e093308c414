import { Statement } from '@serverless-vote/runtime/postgres';
import type { Vote } from './contract.ts';
import { GroupCommit } from './group-commit.ts';

/** A vote and its place in the order of votes; the database's clock decides where it is absent. */
export interface Ballot extends Vote {
  acceptedAt: bigint | undefined;
}

/** What the handler needs of a database. */
export interface BallotBox {
  /** Commits the vote. @returns when, or `undefined` if the poll has no such option */
  record(ballot: Ballot): Promise<Date | undefined>;
}

/** The ballot box in Postgres: votes that arrive while a statement is under way share the next one. */
export class PostgresBallotBox implements BallotBox {
  readonly #statement = new Statement<{ recorded_at: Date | null }>(
    'record-votes',
    'select recorded_at from record_votes($1, $2, $3) as recorded_at',
  );
  readonly #commits = new GroupCommit<Ballot, Date | undefined>((ballots) => this.#recordAll(ballots));

  record(ballot: Ballot): Promise<Date | undefined> {
    return this.#commits.add(ballot);
  }

  /** Connects, and lets Postgres prepare and plan, by recording no votes at all. */
  async open(): Promise<void> {
    await this.#recordAll([]);
  }

  close(): Promise<void> {
    return this.#statement.close();
  }

  async #recordAll(ballots: Ballot[]): Promise<(Date | undefined)[]> {
    const rows = await this.#statement.run([
      ballots.map(({ voterId }) => voterId),
      ballots.map(({ choice }) => choice),
      ballots.map(({ acceptedAt }) => acceptedAt),
    ]);
    return rows.map(({ recorded_at }) => recorded_at ?? undefined);
  }
}
