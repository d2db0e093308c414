import type { Client } from 'pg';
import type { Address } from './migrate.ts';

/** Connections that one function may hold: more than its containers need, fewer than all there are. */
const CONNECTIONS = 20;

/** What one session may spill to the disk. A role can't change this one, nor the number of its connections. */
const TEMPORARY_FILES = '16MB';
/**
 * How long a statement may take, and a transaction stay open with nothing going on. Within a function's deadline, so that it is the database
 * that gives up first, and says so. For functions that mean well: a session may set them otherwise. Who doesn't mean well
 * is ended with his container at his deadline, and what he left running a second later (client_connection_check_interval).
 */
const PATIENCE = { statement_timeout: '8s', idle_in_transaction_session_timeout: '3s' };

/**
 * Gives every function's role the settings it should have, and no others. A role may change its own settings, and a
 * container that was taken over could so make its successors fail, or acknowledge votes that are not on disk yet;
 * therefore at every start. Passwords only where callers come over a network.
 */
export async function restoreRoles(client: Client, passwords: Address['passwords']): Promise<void> {
  const { rows } = await client.query<{ name: string; role: string }>(
    `select rolname as name, quote_ident(rolname) as role from pg_roles where rolcanlogin and not rolsuper`,
  );
  for (const { name, role } of rows) {
    await client.query(`alter role ${role} reset all`);
    await client.query(`alter role ${role} in database votes reset all`);
    await client.query(`alter role ${role} password ${passwords ? client.escapeLiteral(passwords.of(name)) : 'null'}`);
    await client.query(`alter role ${role} connection limit ${CONNECTIONS}`);
    await client.query(`alter role ${role} set temp_file_limit = '${TEMPORARY_FILES}'`);
    for (const [setting, value] of Object.entries(PATIENCE)) {
      await client.query(`alter role ${role} in database votes set ${setting} = '${value}'`);
    }
    // A plan made in the rehearsal serves the first vote: no planning while somebody waits, and no compiler.
    await client.query(`alter role ${role} in database votes set plan_cache_mode = force_generic_plan`);
    await client.query(`alter role ${role} in database votes set jit = off`);
  }
}
