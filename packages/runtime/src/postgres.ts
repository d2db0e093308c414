import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { env } from './env.ts';
import { SESSION_OPTIONS } from './session-settings.ts';

/** The database can't be reached. Votes are safe, and the same event may be sent again. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
}

/** How long a restart of the database may take without anybody noticing more than a pause. */
const PATIENCE_MS = 3_000;
/** Between attempts: twice as long each time, up to the longest, each shortened by up to a half so that not all come at once. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;

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
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        this.#client ??= await this.#connect();
        const result = await this.#client.query({ name: this.#name, text: this.#text, values: [...values] });
        return result.rows as Row[];
      } catch (error) {
        if (!isDatabasesFault(error)) throw error;
        void this.#client?.end().catch(() => undefined);
        this.#client = undefined;
        if (Date.now() > giveUpAt) {
          const what = isFull(error) ? "The database's disk is full" : 'The database is away';
          throw new DatabaseUnavailable(`${what}: ${(error as Error).message}`, { cause: error });
        }
        await pause(pauseMs * (0.5 + Math.random() / 2));
      }
    }
  }

  async close(): Promise<void> {
    await this.#client?.end();
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      ...{ connectionTimeoutMillis: PATIENCE_MS, options: SESSION_OPTIONS },
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

/**
 * Whether the same statement may work later, since not it is at fault: Postgres didn't answer, is going down or coming up, is short of
 * something (disk, memory, connections), ended what took too long, or its disk failed. Classes: https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
function isDatabasesFault(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === undefined || /^(08|40|53|57|58)/.test(code ?? '');
}

const isFull = (error: unknown): boolean => (error as { code?: string }).code === '53100';
