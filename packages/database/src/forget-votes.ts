import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, DATABASE, withConnection } from './connection.ts';

/** Votes that arrive meanwhile queue behind whoever waits for the table lock. They wait at most this long. */
const LOCK_MS = 100;
const PAUSE_MS = 400;
/** A transaction that a function keeps open ends with its container, at its deadline. */
const GIVE_UP_MS = 15_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** An open transaction has written votes. */
export class VotesInUse extends Error {
  override name = 'VotesInUse';
}

/**
 * Deletes every vote and the tally. Poll and schema stay. Votes that arrive meanwhile are hardly delayed.
 * @returns the moment of the reset: no vote is older
 * @throws {VotesInUse} when the votes are locked; none has been deleted
 */
export function forgetVotes(connection: Connection): Promise<Date> {
  return withConnection(connection, DATABASE, async (client) => {
    for (const giveUpAt = performance.now() + GIVE_UP_MS; ; await pause(PAUSE_MS)) {
      try {
        await client.query('begin');
        await client.query(`set local lock_timeout = ${LOCK_MS}`);
        await client.query('truncate votes');
        const { rows } = await client.query('update poll set votes_since = clock_timestamp() returning votes_since');
        await client.query('commit');
        return rows[0].votes_since;
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
        await client.query('rollback');
        if (performance.now() > giveUpAt)
          throw new VotesInUse(
            'A function keeps a transaction open that has voted; it ends with its container, at its deadline.',
            { cause: error },
          );
      }
    }
  });
}
