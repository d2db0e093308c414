import { randomUUID } from 'node:crypto';
import { env } from './env.ts';
import { parseReceipt, type Receipt } from './receipt.ts';
import { sign, unsign } from './signed.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
/** As long as browsers keep a cookie at all. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export const voterCookie = () => `voter-${env().STACK_ID}`;
export const receiptCookie = () => `receipt-${env().STACK_ID}`;

/** A voter nobody has seen yet. */
export const newVoter = (): string => randomUUID();

/** The voter whom a browser's cookies name, if we signed them. */
export function voterFrom(cookie: string | undefined): string | undefined {
  const voter = cookie && unsign(cookie, 'voter', env().SESSION_SECRET);
  return voter && UUID.test(voter) ? voter : undefined;
}

/** Whether the latest secret signed a voter's cookie, not one that is on its way out. */
export const isSignedLatest = (cookie: string | undefined, voter: string): boolean =>
  cookie === sign(voter, 'voter', env().SESSION_SECRET);

/**
 * What the voter was told last: so a page remembers the choice without asking the database. A receipt from before `votesSince`
 * (the launcher says so with every request) is of a vote that has been forgotten.
 */
export function receiptFrom(
  cookie: string | undefined,
  voter: string | undefined,
  votesSince: string | null,
): Receipt | undefined {
  const json = cookie && voter && unsign(cookie, `receipt of ${voter}`, env().SESSION_SECRET);
  const receipt = json ? parseReceipt(Buffer.from(json, 'base64url').toString()) : undefined;
  const isForgotten = receipt && votesSince !== null && Date.parse(receipt.recordedAt) < Date.parse(votesSince);
  return isForgotten ? undefined : receipt;
}

/** The header that makes a browser remember who votes. */
export const setVoter = (voter: string): string => setCookie(voterCookie(), sign(voter, 'voter', env().SESSION_SECRET));

/** The header that makes a browser remember what was voted. */
export function setReceipt(receipt: Receipt, voter: string): string {
  const json = Buffer.from(JSON.stringify(receipt)).toString('base64url');
  return setCookie(receiptCookie(), sign(json, `receipt of ${voter}`, env().SESSION_SECRET));
}

/** Not `Secure`: the room's phones come by plain http, and would drop it. */
const setCookie = (name: string, value: string) =>
  `${name}=${value}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`;
