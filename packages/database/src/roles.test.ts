import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { restoreRoles } from './roles.ts';

/** What Postgres keeps of a password, made with so many rounds (RFC 5803). */
function verifierOf(password: string, rounds: number): string {
  const salt = Buffer.from('0123456789abcdef');
  const salted = pbkdf2Sync(password, salt, rounds, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`;
}

/** Looks at one role that has this verifier, and whose password is the first argument. */
function restored(password: string | undefined, verifier: string | null): Promise<string[]> {
  const query = async () => ({ rows: [{ name: 'record-vote', role: '"record-vote"', verifier, isSpoiled: false }] });
  const client = { query, escapeLiteral: (text: string) => `'${text}'` } as unknown as Client;
  return restoreRoles(client, password === undefined ? undefined : { owner: '', of: () => password });
}

test.each([
  ['has its password', 'a-password', verifierOf('a-password', 4_096), []],
  ['has another password', 'a-password', verifierOf('another', 4_096), ['record-vote']],
  ['has none', 'a-password', null, ['record-vote']],
  ['has one though callers are known by the kernel', undefined, verifierOf('a-password', 4_096), ['record-vote']],
  ['made it take long to look at its password', 'a-password', verifierOf('a-password', 4_097), ['record-vote']],
  ['wrote something else there', 'a-password', 'md5whatever', ['record-vote']],
])('a role that %s', async (_case, password, verifier, expected) => {
  expect(await restored(password, verifier)).toEqual(expected);
});
