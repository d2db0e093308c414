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
 * Deletes every vote of every poll and the tally. Polls and schema stay. Votes that arrive meanwhile are hardly delayed.
 * @throws {VotesInUse} when the votes are locked; none has been deleted
 */
export function forgetVotes(connection: Connection): Promise<void> {
  return withConnection(connection, DATABASE, async (client) => {
    for (const giveUpAt = performance.now() + GIVE_UP_MS; ; await pause(PAUSE_MS)) {
      try {
        await client.query('begin');
        await client.query(`set local lock_timeout = ${LOCK_MS}`);
        // In the order in which other changes take their locks.
        await client.query('lock table polls in share row exclusive mode');
        await client.query('truncate votes');
        await client.query('update polls set votes_since = clock_timestamp(), updated_at = clock_timestamp()');
        await client.query('commit');
        return;
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
