import type { Ballot, BallotBox, Entry } from '@serverless-vote/record-vote/ballot-box';
import { Pool } from 'pg';

/** One prepared statement per vote, on a connection pool of the usual size. */
export class PoolBallotBox implements BallotBox {
  readonly #pool = new Pool({ max: 10 });

  async record({ voterId, choice, poll, acceptedAt }: Ballot): Promise<Entry> {
    const { rows } = await this.#pool.query<Entry>({
      name: 'record-vote',
      text: 'select recorded_at::text, refusal from record_votes($1, $2, $3, $4)',
      values: [[voterId], [choice], [acceptedAt], [poll]],
    });
    return rows[0] ?? { refusal: 'closed' };
  }
}
