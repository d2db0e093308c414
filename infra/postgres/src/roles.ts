import type { Client } from 'pg';
import type { Address } from './migrate.ts';

/** Connections that one function may hold: more than its containers need, fewer than all there are. */
const CONNECTIONS = 20;

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
    // A plan made in the rehearsal serves the first vote: no planning while somebody waits, and no compiler.
    await client.query(`alter role ${role} in database votes set plan_cache_mode = force_generic_plan`);
    await client.query(`alter role ${role} in database votes set jit = off`);
  }
}
