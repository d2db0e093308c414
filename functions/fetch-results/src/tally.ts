import { Batcher } from '@serverless-vote/runtime/batcher';
import { Statement } from '@serverless-vote/runtime/postgres';

/** An option of the poll with its count. */
export interface TallyRow {
  question: string;
  id: string;
  label: string;
  votes: number;
  updated_at: Date;
}

/** What the handler needs of a database. */
export interface Tally {
  /** The open options, in the order of the poll. */
  read(): Promise<TallyRow[]>;
}

/** The tally in Postgres: a few rows, whatever the number of votes. Callers that arrive during a read share the next one. */
export class PostgresTally implements Tally {
  readonly #statement = new Statement<TallyRow>(
    'read-tally',
    `select poll.question, options.id, options.label,
            coalesce(sum(tally.votes), 0)::float8 as votes,
            greatest(poll.updated_at, options.updated_at, max(tally.updated_at)) as updated_at
     from poll
     join options on options.open
     left join tally on tally.option_id = options.id
     group by poll.question, poll.updated_at, options.id
     order by options.position`,
  );

  readonly #batcher = new Batcher<undefined, TallyRow[]>({
    run: async (readers) => Array(readers.length).fill(await this.#statement.run([])),
    mayBeOnesFault: () => false,
  });

  read(): Promise<TallyRow[]> {
    return this.#batcher.add(undefined);
  }

  close(): Promise<void> {
    return this.#statement.close();
  }
}
