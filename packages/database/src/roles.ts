import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Client } from 'pg';
import type { Address } from './connection.ts';

/** Connections that one function may hold: twice as many as its containers need, and so few that all have room in Postgres' memory. */
const CONNECTIONS = 12;

/** What one session may spill to the disk. A role can't change this one, nor the number of its connections. */
const EVERYWHERE = { temp_file_limit: '16MB' };
const IN_VOTES = {
  /**
   * How long a statement may take, and a transaction stay open with nothing going on. Within a function's deadline, so that the database
   * gives up first, and says so. For functions that mean well: a session may set them otherwise. A function that doesn't is ended with
   * its container at its deadline, and what it left running a second later (client_connection_check_interval).
   */
  statement_timeout: '8s',
  idle_in_transaction_session_timeout: '3s',
  /** A plan made in the warm run serves the first vote: no planning while somebody waits, and no compiler. */
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
};

type Settings = Record<string, string>;
/** As Postgres keeps them. */
const kept = (settings: Settings): string[] => Object.entries(settings).map(([name, value]) => `${name}=${value}`);

/**
 * Gives every function's role the settings and the password it should have, and no others. Postgres lets a role change both for itself,
 * and a container that was taken over could so make its successors fail; therefore at every start, and while containers come and go.
 * Passwords only where callers come over a network.
 * @returns the roles that were not as they should be
 */
export async function restoreRoles(client: Client, passwords: Address['passwords']): Promise<string[]> {
  const { rows } = await client.query<{ name: string; role: string; verifier: string | null; isSpoiled: boolean }>(
    `select rolname as name, quote_ident(rolname) as role, rolpassword as verifier,
            rolconnlimit <> $1 or everywhere.setconfig is distinct from $2 or here.setconfig is distinct from $3 as "isSpoiled"
     from pg_authid
     left join pg_db_role_setting everywhere on everywhere.setrole = pg_authid.oid and everywhere.setdatabase = 0
     left join pg_db_role_setting here on here.setrole = pg_authid.oid
       and here.setdatabase = (select oid from pg_database where datname = 'votes')
     where rolcanlogin and not rolsuper`,
    [CONNECTIONS, kept(EVERYWHERE), kept(IN_VOTES)],
  );
  const spoiled = rows.filter(
    ({ name, verifier, isSpoiled }) => isSpoiled || !isPassword(passwords?.of(name), verifier),
  );
  for (const { name, role } of spoiled) {
    await client.query(`alter role ${role} reset all`);
    await client.query(`alter role ${role} in database votes reset all`);
    await client.query(`alter role ${role} password ${passwords ? client.escapeLiteral(passwords.of(name)) : 'null'}`);
    await client.query(`alter role ${role} connection limit ${CONNECTIONS}`);
    await change(client, role, EVERYWHERE);
    await change(client, `${role} in database votes`, IN_VOTES);
  }
  // Postgres keeps what was changed, at half a megabyte a statement, until somebody looks after it: once a minute it does itself.
  if (spoiled.length > 0) await client.query('vacuum pg_db_role_setting, pg_authid');
  return spoiled.map(({ name }) => name);
}

async function change(client: Client, role: string, settings: Settings): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await client.query(`alter role ${role} set ${name} = '${value}'`);
}

/** Is this what Postgres keeps of the password (RFC 5803)? By its own number of rounds: another, which a role may choose, may take long. */
function isPassword(password: string | undefined, verifier: string | null): boolean {
  if (password === undefined) return verifier === null;
  const [, salt, storedKey] = /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):/.exec(verifier ?? '') ?? [];
  if (!salt) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), 4_096, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return createHash('sha256').update(clientKey).digest('base64') === storedKey;
}
