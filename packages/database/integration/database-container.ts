import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { prepareDatabase } from '../src/prepare.ts';
import { Bridge } from './bridge.ts';
import { createVolume, removeEverything, startContainer } from './docker.ts';

const tag = process.env.IMAGE_TAG ?? 'latest';
export const image = (name: string) => `serverless-vote/${name}:${tag}`;

/** The functions that use the database. */
export const FUNCTIONS = [
  ...(['record-vote', 'fetch-results', 'open-poll', 'close-poll', 'edit-polls', 'list-polls'] as const),
];
/** Who calls: the role is what Postgres makes of the uid of the container. */
export type Caller = 'postgres' | (typeof FUNCTIONS)[number];

export const poll = {
  question: 'Cats or dogs?',
  options: [
    { id: 'cats', label: 'Cats' },
    { id: 'dogs', label: 'Dogs' },
  ],
};

const SLEEP = 'setInterval(() => {}, 1e9)';

/**
 * The project's database image in a container of its own, and one container per function to call it from.
 *
 * The socket is in a volume, which a test on the host can't open everywhere (macOS, rootless). So each caller gets
 * a folder with a socket on the host whose connections go through that caller's container: Postgres sees its uid.
 */
export class DatabaseContainer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'database-'));
  readonly #servers: Server[] = [];
  readonly #clients: Client[] = [];
  #callers: Partial<Record<Caller, Promise<void>>> = {};
  id = '';
  socketVolume = '';
  dataVolume = '';

  static async start(): Promise<DatabaseContainer> {
    await removeEverything();
    const database = new DatabaseContainer();
    database.socketVolume = await createVolume();
    database.dataVolume = await createVolume();
    database.id = await startContainer(
      ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...['--memory', '1g', '--memory-swap', '1g', '--pids-limit', '2200'],
      ...['--volume', `${database.dataVolume}:/var/lib/postgresql`],
      ...['--volume', `${database.socketVolume}:/var/run/postgresql`],
      image('database'),
    );
    database.#callers.postgres = database.#listenFor('postgres', database.id);
    await database.#callers.postgres;
    return database;
  }

  /** Brings the schema up to date, from whatever there is. */
  prepare(changes: Partial<Parameters<typeof prepareDatabase>[0]> = {}) {
    return prepareDatabase({
      host: this.hostFor('postgres'),
      migrationsDir: join(import.meta.dirname, '..', 'migrations'),
      polls: { poll, file: undefined },
      connectTimeoutMs: 110_000,
      ...changes,
    });
  }

  /** The folder with the socket through which `caller` calls. */
  hostFor(caller: Caller): string {
    return join(this.#folder, caller);
  }

  /** Opens a connection from the container of `caller`; it is closed with the database. */
  async connect(caller: Caller, role: string = caller, name = 'votes'): Promise<Client> {
    // Many may connect at the same time.
    this.#callers[caller] ??= this.#startCaller(caller);
    await this.#callers[caller];
    const client = new Client({ host: this.hostFor(caller), user: role, database: name });
    client.on('error', () => {});
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#clients.map((client) => client.end()));
    for (const server of this.#servers) server.close();
    rmSync(this.#folder, { recursive: true });
    await removeEverything();
  }

  async #startCaller(caller: Caller): Promise<void> {
    const sockets = `${this.socketVolume}:/var/run/postgresql:ro`;
    const container = await startContainer('--volume', sockets, '--entrypoint', 'node', image(caller), '-e', SLEEP);
    await this.#listenFor(caller, container);
  }

  async #listenFor(caller: Caller, container: string): Promise<void> {
    const host = this.hostFor(caller);
    mkdirSync(host);
    const bridge = new Bridge(container);
    const server = createServer((socket) => bridge.take(socket));
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(join(host, '.s.PGSQL.5432'), resolve));
  }
}
