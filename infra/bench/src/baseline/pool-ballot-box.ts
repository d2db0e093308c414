import type { Ballot, BallotBox, Entry } from '@serverless-vote/record-vote/ballot-box';
import { Pool } from 'pg';

/**
 * The role may have twelve sessions. With the ten of a usual pool, the other ballot box and two prewarmed containers it had thirteen: in
 * every burst some votes failed, and each of them cost the database a process.
 */
const SESSIONS = 7;

/** One prepared statement per vote, on a connection pool. */
export class PoolBallotBox implements BallotBox {
  readonly #pool = new Pool({ max: SESSIONS });

  async record({ voterId, choice, poll, acceptedAt }: Ballot): Promise<Entry> {
    const { rows } = await this.#pool.query<Entry>({
      name: 'record-vote',
      text: 'select recorded_at::text, refusal from record_votes($1, $2, $3, $4)',
      values: [[voterId], [choice], [acceptedAt], [poll]],
    });
    return rows[0] ?? { refusal: 'closed' };
  }
}
