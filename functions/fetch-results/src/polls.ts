import type { PollState } from '@serverless-vote/contracts/poll-state';
import { Batcher } from '@serverless-vote/runtime/batcher';
import { Statement } from '@serverless-vote/runtime/postgres';
import type { Results } from './contract.ts';

/** A poll as the database describes it. */
export type Described = PollState & Omit<Results, 'poll'>;

/** What the handler needs of a database. */
export interface Polls {
  /** The poll of this id, or else the one that was opened last; null if there is none. */
  read(poll: string | undefined): Promise<Described | null>;
}

/** Polls in Postgres: a few rows of a tally, whatever the number of votes. Callers that arrive during a read share the next one. */
export class PostgresPolls implements Polls {
  readonly #statement = new Statement<{ poll: Described | null }>(
    'read-results',
    'select poll from read_results($1) as poll',
  );

  readonly #batcher = new Batcher<string | undefined, Described | null>({
    run: async (asked) => {
      const polls = [...new Set(asked)];
      const rows = await this.#statement.run([polls]);
      return asked.map((poll) => rows[polls.indexOf(poll)]?.poll ?? null);
    },
    mayBeOnesFault: () => false,
  });

  read(poll: string | undefined): Promise<Described | null> {
    return this.#batcher.add(poll);
  }

  close(): Promise<void> {
    return this.#statement.close();
  }
}
