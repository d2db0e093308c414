/** A voter, who sends one vote after the other. */
export interface Voter {
  /** Unknown until the first answer if the vote page assigns the ID. */
  id: string | undefined;
  cookie: string | undefined;
  attempts: Attempt[];
}

interface Attempt {
  choice: string;
  acknowledged: boolean;
}

/** The content of the database: each voter's choice, and the results of each option. */
export interface Recorded {
  choices: ReadonlyMap<string, string>;
  tally: Readonly<Record<string, number>>;
}

export interface Audit {
  acknowledged: number;
  /** Acknowledged, but not in the database with that choice, or not in the results. */
  lost: number;
  /** Votes that the results count beyond the number of voters. */
  double: number;
}

/** The answers that voters got, to be compared with the database. */
export class Ledger {
  readonly #voters = new Set<Voter>();

  /** Records that a vote is sent. @returns a function to call when it is acknowledged */
  attempt(voter: Voter, choice: string): () => void {
    const attempt = { choice, acknowledged: false };
    voter.attempts.push(attempt);
    this.#voters.add(voter);
    return () => {
      attempt.acknowledged = true;
    };
  }

  get voterIds(): string[] {
    return [...this.#voters].flatMap(({ id }) => id ?? []);
  }

  audit({ choices, tally }: Recorded, everyChoice: Readonly<Record<string, number>>): Audit {
    const voters = [...this.#voters];
    const acknowledged = voters.reduce((sum, { attempts }) => sum + attempts.filter(isAcknowledged).length, 0);
    const betrayed = voters.filter(({ id, attempts }) => !isKept(attempts, choices.get(id ?? '')));
    const options = [...new Set([...Object.keys(tally), ...Object.keys(everyChoice)])];
    const excess = options.map((option) => (tally[option] ?? 0) - (everyChoice[option] ?? 0));
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    return {
      acknowledged,
      lost: betrayed.length + sum(excess.map((number) => Math.max(0, -number))),
      double: sum(excess.map((number) => Math.max(0, number))),
    };
  }
}

const isAcknowledged = ({ acknowledged }: Attempt) => acknowledged;

/** The last acknowledged choice counts, unless a later vote was recorded although its answer was lost. */
function isKept(attempts: readonly Attempt[], recorded: string | undefined): boolean {
  const last = attempts.findLastIndex(isAcknowledged);
  if (last < 0) return true;
  return attempts.slice(last).some(({ choice }) => choice === recorded);
}
