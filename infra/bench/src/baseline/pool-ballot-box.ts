import type { Ballot, BallotBox } from '@serverless-vote/record-vote/ballot-box';
import { Pool } from 'pg';

/** One prepared statement per vote, on a connection pool of the usual size. */
export class PoolBallotBox implements BallotBox {
  readonly #pool = new Pool({ max: 10 });

  async record({ voterId, choice, acceptedAt }: Ballot): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ recorded_at: Date | null }>({
      name: 'record-vote',
      text: 'select recorded_at from record_votes($1, $2, $3) as recorded_at',
      values: [[voterId], [choice], [acceptedAt]],
    });
    return rows[0]?.recorded_at?.toISOString();
  }
}
