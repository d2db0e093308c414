import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { env } from './env.ts';
import { CallerError } from './errors.ts';
import { SESSION_OPTIONS } from './session-settings.ts';

/** The database can't be reached. Votes are safe, and the same event may be sent again. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
}

/** How long a restart of the database may take before events fail. */
const PATIENCE_MS = 3_000;
/** Backoff between attempts: doubles up to the longest, with jitter of up to a half. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 400;

/**
 * One prepared statement on a connection of its own. If the connection breaks, the next run reconnects, and an
 * interrupted run is repeated, so the statement must be idempotent. Runs don't overlap.
 */
export class Statement<Row extends object> {
  readonly #name: string;
  readonly #text: string;
  #client: Client | undefined;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  /** Runs the statement, and connects first if necessary (to PGHOST, as PGUSER, to PGDATABASE). */
  async run(values: readonly unknown[]): Promise<Row[]> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        this.#client ??= await this.#connect();
        const result = await this.#client.query({ name: this.#name, text: this.#text, values: [...values] });
        return result.rows as Row[];
      } catch (error) {
        if (!isDatabasesFault(error)) throw refusalIn(error) ?? error;
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
    // After a connection breaks while it is idle, the next run reconnects.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    return client;
  }
}

const readPassword = async (): Promise<string> => (await readFile(env.databasePasswordFile ?? '', 'utf8')).trim();

/**
 * May the same statement work later? Yes, if the cause isn't the statement: Postgres didn't answer, is stopping or starting, lacks
 * resources (disk, memory, connections), ended a long statement, or its disk failed. Classes: https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
function isDatabasesFault(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === undefined || /^(08|40|53|57|58)/.test(code ?? '');
}

/** Our own SQL refuses an event with `raise exception`, whose hint is the name of the error. */
function refusalIn(error: unknown): CallerError | undefined {
  const { code, hint, message } = error as { code?: string; hint?: string; message: string };
  return code === 'P0001' && hint ? Object.assign(new CallerError(message), { name: hint }) : undefined;
}

const isFull = (error: unknown): boolean => (error as { code?: string }).code === '53100';
