import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { env } from './env.ts';

/** The database can't be reached. Votes are safe, and the same event may be sent again. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
}

/** How long a restart of the database may take without anybody noticing more than a pause. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 50;
/** What an answer promises must hold whatever a predecessor has made of its role's settings: these go before them. */
const SETTINGS = '-c synchronous_commit=on -c default_transaction_read_only=off';

/**
 * One statement, prepared on a connection of its own. The connection may break: the next run makes it anew, and a
 * run that was cut off is repeated, so the statement must be one that may run twice. Runs don't overlap.
 */
export class Statement<Row extends object> {
  readonly #name: string;
  readonly #text: string;
  #client: Client | undefined;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  /** Runs the statement, on a connection that is made if there is none (PGHOST, PGUSER, PGDATABASE say where). */
  async run(values: readonly unknown[]): Promise<Row[]> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        this.#client ??= await this.#connect();
        const result = await this.#client.query({ name: this.#name, text: this.#text, values: [...values] });
        return result.rows as Row[];
      } catch (error) {
        if (!isDisconnection(error)) throw error;
        this.#client = undefined;
        if (Date.now() > giveUpAt) {
          throw new DatabaseUnavailable(`The database can't be reached: ${(error as Error).message}`, {
            cause: error,
          });
        }
        await pause(PAUSE_MS);
      }
    }
  }

  async close(): Promise<void> {
    await this.#client?.end();
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      ...{ connectionTimeoutMillis: PATIENCE_MS, options: SETTINGS },
      ...(env.databasePasswordFile !== undefined && { password: readPassword }),
    });
    // A connection that breaks while nobody uses it is made anew by the next run.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    return client;
  }
}

const readPassword = async (): Promise<string> => (await readFile(env.databasePasswordFile ?? '', 'utf8')).trim();

/** Whether the connection is at fault, not the statement: Postgres didn't answer, or is going down, coming up, full. */
function isDisconnection(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === undefined || /^(08|57P|53300)/.test(code ?? '');
}
