import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Client } from 'pg';
import type { Address } from './connection.ts';

/** Connections per function: twice what its containers need, and few enough to fit into Postgres' memory. */
const CONNECTIONS = 12;
/** For those that only the presenter needs. postgresql.conf and the container's memory have room for the sessions of all roles. */
const FEW = { connections: 3, functions: ['open-poll', 'close-poll', 'edit-polls', 'list-polls'] };

/** Temporary files per session. A role can't change this limit, nor its number of connections. */
const EVERYWHERE = { temp_file_limit: '16MB' };
const IN_VOTES = {
  /**
   * Limits for a statement and for an idle transaction. They are shorter than a function's deadline, so that the database reports the
   * error first. A session may change them, so they only help well-behaved functions. Others end with their container at its deadline,
   * and their statements a second later (client_connection_check_interval).
   */
  statement_timeout: '8s',
  idle_in_transaction_session_timeout: '3s',
  /** A plan made in the warm run serves the first vote: no planning while somebody waits, and no compiler. */
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
};

type Settings = Record<string, string>;
/** In the form in which Postgres stores them. */
const kept = (settings: Settings): string[] => Object.entries(settings).map(([name, value]) => `${name}=${value}`);

/**
 * Gives every function's role its settings and password, and removes all others. Postgres lets a role change both for itself, so a
 * compromised container could make its successors fail. This runs at every start of the launcher and while containers come and go.
 * Passwords are only set where callers connect over a network.
 * @returns the roles that were not as they should be
 */
export async function restoreRoles(client: Client, passwords: Address['passwords']): Promise<string[]> {
  const { rows } = await client.query<{ name: string; role: string; verifier: string | null; isSpoiled: boolean }>(
    `select rolname as name, quote_ident(rolname) as role, rolpassword as verifier,
            rolconnlimit <> case when rolname = any ($4) then $5::int else $1::int end or everywhere.setconfig is distinct from $2 or here.setconfig is distinct from $3 as "isSpoiled"
     from pg_authid
     left join pg_db_role_setting everywhere on everywhere.setrole = pg_authid.oid and everywhere.setdatabase = 0
     left join pg_db_role_setting here on here.setrole = pg_authid.oid
       and here.setdatabase = (select oid from pg_database where datname = 'votes')
     where rolcanlogin and not rolsuper`,
    [CONNECTIONS, kept(EVERYWHERE), kept(IN_VOTES), FEW.functions, FEW.connections],
  );
  const spoiled = rows.filter(
    ({ name, verifier, isSpoiled }) => isSpoiled || !isPassword(passwords?.of(name), verifier),
  );
  for (const { name, role } of spoiled) {
    await client.query(`alter role ${role} reset all`);
    await client.query(`alter role ${role} in database votes reset all`);
    await client.query(`alter role ${role} password ${passwords ? client.escapeLiteral(passwords.of(name)) : 'null'}`);
    await client.query(
      `alter role ${role} connection limit ${FEW.functions.includes(name) ? FEW.connections : CONNECTIONS}`,
    );
    await change(client, role, EVERYWHERE);
    await change(client, `${role} in database votes`, IN_VOTES);
  }
  // Each change leaves dead rows behind, half a megabyte per statement. Autovacuum removes them only once a minute.
  if (spoiled.length > 0) await client.query('vacuum pg_db_role_setting, pg_authid');
  return spoiled.map(({ name }) => name);
}

async function change(client: Client, role: string, settings: Settings): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await client.query(`alter role ${role} set ${name} = '${value}'`);
}

/** Does this verifier (RFC 5803) match the password? Only with the default number of iterations: a role could choose one that takes very long. */
function isPassword(password: string | undefined, verifier: string | null): boolean {
  if (password === undefined) return verifier === null;
  const [, salt, storedKey] = /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):/.exec(verifier ?? '') ?? [];
  if (!salt) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), 4_096, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  return createHash('sha256').update(clientKey).digest('base64') === storedKey;
}
