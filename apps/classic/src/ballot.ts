import { randomBytes } from 'node:crypto';

/** What waits in Redis: one vote, with the names of the original's fields. */
export interface Ballot {
  voter_id: string;
  vote: string;
}

export const OPTIONS: readonly { id: string; label: string }[] = [
  { id: 'cats', label: 'Cats' },
  { id: 'dogs', label: 'Dogs' },
];

/** The voter of a request's cookie, or a new one. Nobody has signed the cookie, as in the original. */
export function voterOf(cookie = ''): string {
  return /(?:^|; *)voter_id=([\da-f]{1,32})(?:;|$)/.exec(cookie)?.[1] ?? randomBytes(8).toString('hex');
}

/** The choice in a posted form, whatever it is: like the original, nothing validates it. Undefined without one. */
export function choiceIn(form: string): string | undefined {
  const fields = new URLSearchParams(form);
  return fields.get('choice') ?? fields.get('vote') ?? undefined;
}

export interface Scores {
  options: { id: string; label: string; votes: number }[];
  total: number;
}

/** The results, from the database's rows: votes for anything else than an option aren't shown. */
export function scoresOf(rows: readonly { vote: string; count: number }[]): Scores {
  const votesFor = (id: string) => rows.find(({ vote }) => vote === id)?.count ?? 0;
  const options = OPTIONS.map((option) => ({ ...option, votes: votesFor(option.id) }));
  return { options, total: options.reduce((sum, { votes }) => sum + votes, 0) };
}
